import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { Bindery } from '../support/bindery.ts';
import type { OpenStore } from '../support/stores.ts';
import { openStoreForTest } from '../support/stores.ts';

/** Reads the store directly and throws if it contradicts itself. */
export async function assertStoreIsWhole(bindery: Pick<Bindery, 'storeEnvironment'>): Promise<void> {
  await using store = await openStoreForTest(bindery);
  if (store.database.kind === 'sqlite') {
    assert.deepEqual(await store.rows('pragma integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(await store.rows('pragma foreign_key_check'), []);
  }
  await assertNone(store, 'clients with more than two live secrets', clientsWithThirdSecret(Date.now()));
  await assertNone(store, 'clients whose changes and audit entries differ', clientsWithoutEntries);
  await assertNone(store, 'families that contradict themselves', halfFamilies);
  for (const [what, query] of Object.entries(effectsAndEntries)) {
    const [row] = await store.rows(query);
    assert.equal(Number(row?.['effects']), Number(row?.['entries']), `${what} and their audit entries differ`);
  }
  await assertNone(store, 'hourly counters that differ from the audit entries', countersWithoutEntries);
}

/** The ids of all tokens that have an audit entry. */
export async function issuedTokenIds(bindery: Pick<Bindery, 'storeEnvironment'>): Promise<ReadonlySet<string>> {
  await using store = await openStoreForTest(bindery);
  const rows = await store.database.queries
    .selectFrom('audit_entries')
    .select(sql<string>`details`.as('details'))
    .where('action', '=', 'token.issue')
    .where('outcome', '=', 'issued')
    .execute();
  return new Set(rows.map(({ details }) => String((JSON.parse(details) as { token_id: string }).token_id)));
}

const clientsWithThirdSecret = (now: number): string => `
  select client_id, count(*) as live from client_secrets where expires_at is null or expires_at > ${now}
  group by client_id having count(*) > 2`;

// One entry for the client and its first secret, one for each secret after that: both or neither were committed.
const clientsWithoutEntries = `
  select id, secrets, created, rotated from (
    select id,
      (select count(*) from client_secrets where client_id = api_clients.id) as secrets,
      (select count(*) from audit_entries where target_id = api_clients.id and action = 'client.create') as created,
      (select count(*) from audit_entries where target_id = api_clients.id and action = 'client.rotate_secret') as rotated
    from api_clients) as clients
  where created <> 1 or secrets <> 1 + rotated`;

const halfFamilies = `
  select id from refresh_families
  where (rotated_at is null) <> (previous_hash is null)
    or (revoked_at is null) <> (revoked_reason is null)
    or (sealed_successor is not null and (revoked_at is not null or previous_hash is null))`;

const entriesOf = (action: string, detail: string): string =>
  `(select count(*) from audit_entries where action = '${action}' and outcome <> 'refused' and details like '%${detail}%')`;

// What a client does to its tokens is committed with its entry: both or neither.
const effectsAndEntries = {
  'sign-ins': `
    select (select count(*) from refresh_families) as effects,
      ${entriesOf('token.issue', '"grant_type":"password"')} as entries`,
  'revoked families': `
    select (select count(*) from refresh_families where revoked_reason = 'revoked_by_client') as effects,
      ${entriesOf('token.revoke', '"kind":"refresh_token"')} as entries`,
  'revoked access tokens': `
    select (select count(*) from revoked_tokens) as effects,
      ${entriesOf('token.revoke', '"kind":"access_token"')} as entries`,
};

const countersWithoutEntries = `
  select client_id, counted, kept from (
    select client_id, sum(issued) as counted,
      (select count(*) from audit_entries
        where target_id = client_id and action = 'token.issue' and outcome = 'issued') as kept
    from client_hours group by client_id) as counters
  where counted <> kept`;

async function assertNone(store: OpenStore, what: string, query: string): Promise<void> {
  assert.deepEqual(await store.rows(query), [], what);
}
