import assert from 'node:assert/strict';
import { join } from 'node:path';
import BetterSqlite, { type Database } from 'better-sqlite3';

/** Reads the file itself, past the server, and throws when the store contradicts itself. */
export function assertStoreIsWhole(dataDir: string): void {
  using store = openStoreFile(dataDir);
  const { database } = store;
  assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
  assert.deepEqual(database.pragma('foreign_key_check'), []);
  assertNone(database, 'clients with more than two live secrets', clientsWithThirdSecret, [Date.now()]);
  assertNone(database, 'clients whose changes and audit entries differ', clientsWithoutEntries);
  assertNone(database, 'hourly counters that differ from the audit entries', countersWithoutEntries);
}

/** The ids of all tokens that have an audit entry. */
export function issuedTokenIds(dataDir: string): ReadonlySet<string> {
  using store = openStoreFile(dataDir);
  const rows = store.database.prepare(tokenIds).pluck().all();
  return new Set(rows.map(String));
}

const tokenIds = `
  select json_extract(details, '$.token_id') from audit_entries where action = 'token.issue' and outcome = 'issued'`;

const clientsWithThirdSecret = `
  select client_id, count(*) as live from client_secrets where expires_at is null or expires_at > ?
  group by client_id having count(*) > 2`;

// One entry for the client and its first secret, one for each secret after that: both or neither were committed.
const clientsWithoutEntries = `
  select id, secrets, created, rotated from (
    select id,
      (select count(*) from client_secrets where client_id = api_clients.id) as secrets,
      (select count(*) from audit_entries where target_id = api_clients.id and action = 'client.create') as created,
      (select count(*) from audit_entries where target_id = api_clients.id and action = 'client.rotate_secret') as rotated
    from api_clients)
  where created <> 1 or secrets <> 1 + rotated`;

const countersWithoutEntries = `
  select client_id, counted, kept from (
    select client_id, sum(issued) as counted,
      (select count(*) from audit_entries
        where target_id = client_id and action = 'token.issue' and outcome = 'issued') as kept
    from client_hours group by client_id)
  where counted <> kept`;

function assertNone(database: Database, what: string, query: string, parameters: readonly unknown[] = []): void {
  assert.deepEqual(database.prepare(query).all(parameters), [], what);
}

function openStoreFile(dataDir: string) {
  const database = new BetterSqlite(join(dataDir, 'bindery.db'), { readonly: true, fileMustExist: true });
  return { database, [Symbol.dispose]: () => database.close() };
}
