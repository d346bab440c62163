import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { cutOff } from '@bindery/server/actions/cut-off.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import type { NewCutoff } from '@bindery/server/domain/cutoff.ts';
import { cutoffLimits } from '@bindery/server/domain/limits.ts';
import { addCutoff, type CutoffToAdd } from '@bindery/server/store/add-cutoff.ts';
import { pruneCutoffs, readCutoffCount, readCutoffSeq, readCutoffs } from '@bindery/server/store/cutoffs.ts';
import type { Database } from '@bindery/server/store/database.ts';
import { startTestApp } from '../support/app.ts';
import { testStore } from '../support/postgres-databases.ts';

const limits = { ofClient: 5, ofOrganization: 12, inAll: 48 };
const start = Date.UTC(2030, 0, 1);
const lifetimeMilliseconds = 3_600_000;

/** Adds an entry with small limits, at a moment. */
function add(database: Database, cutoff: CutoffToAdd, at: number): Promise<unknown> {
  const timesOf = async () => ({ cutAt: at, until: at + lifetimeMilliseconds });
  return database.transaction((queries) => addCutoff(queries, cutoff, timesOf, limits));
}

const token = (subject: string, clientId: string, organizationId: string): CutoffToAdd => ({
  ...{ kind: 'token', subject, clientId, organizationId },
});
const member = (subject: string, organizationId: string): CutoffToAdd => ({
  ...{ kind: 'member', subject, clientId: null, organizationId },
});

async function entriesOf({ queries }: Database): Promise<readonly string[]> {
  const { entries } = await readCutoffs(queries);
  const { length } = entries;
  assert.equal(await readCutoffCount(queries), length, 'the stored size is that of the list');
  return entries.map(({ kind, subject }) => `${kind} ${subject}`).toSorted();
}

describe('9.1 the revocation list is bounded', () => {
  test('past its limit a client is cut off as a whole, and nobody else is', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    await add(database, token('other', 'client_b', 'organization_1'), start);
    for (let index = 0; index < 5; index += 1) {
      await add(database, token(`token_${index}`, 'client_a', 'organization_1'), start + index);
    }
    assert.equal((await entriesOf(database)).length, 6);
    await add(database, token('token_5', 'client_a', 'organization_1'), start + 5);
    assert.deepEqual(await entriesOf(database), ['client client_a', 'token other']);
    const [cover] = (await readCutoffs(database.queries)).entries.filter(({ kind }) => kind === 'client');
    assert.deepEqual(cover, {
      ...{ kind: 'client', subject: 'client_a', cutAt: start + 5, until: start + 5 + lifetimeMilliseconds },
      ...{ seq: await readCutoffSeq(database.queries), clientId: null, organizationId: 'organization_1' },
    });
    // Again and again: the list does not grow.
    for (let index = 6; index < 30; index += 1) {
      await add(database, token(`token_${index}`, 'client_a', 'organization_1'), start + index);
      assert.ok((await readCutoffCount(database.queries)) <= 7);
    }
  });

  test('an organization whose clients have too many gets one entry for each of them', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    for (let index = 0; index < 13; index += 1) {
      await add(database, token(`token_${index}`, `client_${index % 3}`, 'organization_1'), start + index);
    }
    assert.deepEqual(await entriesOf(database), ['client client_0', 'client client_1', 'client client_2']);
  });

  test('an organization is cut off as a whole if its entries are not those of a few clients', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    await add(database, { kind: 'user', subject: 'user_1', clientId: null, organizationId: null }, start);
    await add(database, member('user_1 organization_2', 'organization_2'), start);
    for (let index = 0; index < 13; index += 1) {
      await add(database, member(`user_${index} organization_1`, 'organization_1'), start + index);
    }
    assert.deepEqual(await entriesOf(database), [
      ...['member user_1 organization_2', 'organization organization_1', 'user user_1'],
    ]);
  });

  test('when the list is half of what guards read, the largest organizations are collapsed first', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    // Users belong to no organization: their entries stay.
    for (let index = 0; index < 20; index += 1) {
      await add(database, { kind: 'user', subject: `user_${index}`, clientId: null, organizationId: null }, start);
    }
    for (let index = 0; index < 10; index += 1) await add(database, member(`large_${index}`, 'large'), start);
    for (let index = 0; index < 9; index += 1) await add(database, member(`less_${index}`, 'less'), start);
    for (let index = 0; index < 9; index += 1) await add(database, member(`small_${index}`, `small_${index}`), start);
    assert.equal((await entriesOf(database)).length, 48);
    await add(database, member('last', 'small_0'), start);
    const entries = await entriesOf(database);
    assert.equal(entries.length, 49 - 10 + 1);
    assert.deepEqual(
      entries.filter((entry) => entry.startsWith('organization')),
      ['organization large'],
    );
  });

  test('a list that cannot be collapsed is not looked through with every entry', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    const user = (index: number): CutoffToAdd => ({
      ...{ kind: 'user', subject: `user_${index}`, clientId: null, organizationId: null },
    });
    for (let index = 0; index < 49; index += 1) await add(database, user(index), start);
    const { collapse_at: next } = await database.queries
      .selectFrom('cutoff_state')
      .select('collapse_at')
      .executeTakeFirstOrThrow();
    assert.equal(next, 49 + 3);
    for (let index = 49; index < 60; index += 1) await add(database, user(index), start);
    assert.equal((await entriesOf(database)).length, 60, 'nothing that was cut off is forgotten');
  });

  test('one subject has one entry, however often it is cut off, and a clock that was set back brings nothing back', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    const client: CutoffToAdd = {
      kind: 'client',
      subject: 'client_a',
      clientId: null,
      organizationId: 'organization_1',
    };
    await add(database, client, start);
    await add(database, client, start + 2000);
    const first = await readCutoffSeq(database.queries);
    await add(database, client, start - 60_000);
    const { seq, entries } = await readCutoffs(database.queries);
    assert.equal(seq, first + 1);
    assert.deepEqual(
      entries.map(({ cutAt, until, ...entry }) => [cutAt, until - lifetimeMilliseconds, entry.seq]),
      [[start + 2000, start + 2000, seq]],
    );
    // Entries that are later than the clock are covered too, or the list would grow.
    for (let index = 0; index < 5; index += 1) {
      await add(database, token(`token_${index}`, 'client_b', 'organization_1'), start + index);
    }
    await add(database, token('token_5', 'client_b', 'organization_1'), start - 60_000);
    assert.deepEqual(await entriesOf(database), ['client client_a', 'client client_b']);
    const cover = (await readCutoffs(database.queries)).entries.find(({ subject }) => subject === 'client_b');
    assert.equal(cover?.cutAt, start + 4);
  });

  test('the audit log says that all tokens of a client were revoked, and that the server did it', async () => {
    await using server = await startTestApp();
    const { context } = server;
    const owner = { clientId: 'client_a', organizationId: 'organization_1' };
    await context.database.transaction(async (queries) => {
      for (let index = 0; index <= cutoffLimits.ofClient; index += 1) {
        await cutOff(context, queries, { kind: 'token', id: `token_${index}`, ...owner });
      }
    });
    assert.deepEqual(await entriesOf(context.database), ['client client_a']);
    const logged = await context.database.queries
      .selectFrom('audit_entries')
      .select(['actor_type', 'organization_id', 'target_type', 'target_id', 'outcome'])
      .where('action', '=', 'client.revoke_tokens')
      .execute();
    const entry = { actor_type: 'system', organization_id: 'organization_1', outcome: 'done' };
    assert.deepEqual(logged, [{ ...entry, target_type: 'client', target_id: 'client_a' }]);
  });

  test('a transaction that fails leaves number, size and entries as they were', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    await add(database, member('user_1 organization_1', 'organization_1'), start);
    const before = { seq: await readCutoffSeq(database.queries), entries: await entriesOf(database) };
    await assert.rejects(
      database.transaction(async (queries) => {
        const cutoff = {
          kind: 'organization',
          subject: 'organization_1',
          clientId: null,
          organizationId: null,
        } as const;
        await addCutoff(queries, cutoff, async () => ({ cutAt: start, until: start + 1 }), limits);
        throw new Error('the process died here');
      }),
      /died here/,
    );
    assert.deepEqual({ seq: await readCutoffSeq(database.queries), entries: await entriesOf(database) }, before);
  });

  test('pruning keeps the number and the size', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    for (let index = 0; index < 10; index += 1) await add(database, member(`m_${index}`, `o_${index}`), start + index);
    const seq = await readCutoffSeq(database.queries);
    const end = start + lifetimeMilliseconds;
    assert.equal(await pruneCutoffs(database, end + 7, 4), 4);
    assert.equal(await pruneCutoffs(database, end + 7, 4), 3);
    assert.equal(await pruneCutoffs(database, end + 7, 4), 0);
    assert.deepEqual(await entriesOf(database), ['member m_7', 'member m_8', 'member m_9']);
    assert.equal(await readCutoffSeq(database.queries), seq);
  });

  test('whoever reads a number sees every entry up to it, while others add and collapse', async () => {
    await using server = await startTestApp();
    const { context } = server;
    const cutoffs = (writer: number): NewCutoff[] =>
      Array.from({ length: 60 }, (_, index) => ({
        ...{ kind: 'token', id: `${writer} ${index}`, clientId: `client_${writer}`, organizationId: 'organization_1' },
      }));
    const first = await readCutoffSeq(context.database.queries);
    let isDone = false;
    const seen = new Map<string, number>();
    const reader = (async () => {
      let known = first;
      while (!isDone) {
        const { seq, entries } = await readCutoffs(context.database.queries, known);
        assert.ok(seq >= known);
        for (const entry of entries) {
          assert.ok(entry.seq > known && entry.seq <= seq, `${entry.seq} is not between ${known} and ${seq}`);
          seen.set(entry.subject, entry.seq);
        }
        known = seq;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    // On PostgreSQL half of them in a second server.
    const second = testStore === 'postgres' ? await openStore(context.config, 'existing', context.now) : context;
    await Promise.all([0, 1, 2, 3].map((writer) => addAll(writer < 2 ? context : second, cutoffs(writer))));
    if (second !== context) await second.database.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    isDone = true;
    await reader;
    assert.equal(await readCutoffSeq(context.database.queries), first + 240);
    assert.equal(seen.size, 240, 'none was missed');
    assert.equal(new Set(seen.values()).size, 240, 'each has a number of its own');
  });
});

async function addAll(context: ActionContext, cutoffs: readonly NewCutoff[]): Promise<void> {
  for (const cutoff of cutoffs) {
    await context.database.transaction((queries) => cutOff(context, queries, cutoff));
  }
}
