import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { KeyRing } from '@bindery/server/live/key-ring.ts';
import { startMaintenance } from '@bindery/server/live/maintenance.ts';
import type { Database } from '@bindery/server/store/database.ts';
import { openDatabase } from '@bindery/server/store/open.ts';
import { ReadRefusedError } from '@bindery/server/store/unavailable.ts';
import { sql } from 'kysely';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startSite } from '../support/console.ts';
import { testStore } from '../support/postgres-databases.ts';
import { fillLargeStore } from '../support/store-filler.ts';
import { waitFor } from '../support/wait-for.ts';

/** A read of a second or so. */
function readSlowly(database: Database, party: string): Promise<unknown> {
  const query =
    database.kind === 'postgres'
      ? sql`select pg_sleep(1)`
      : sql`with recursive counted(i) as (select 1 union all select i + 1 from counted where i < 1500000) select max(i) from counted`;
  return query.execute(database.reader.of(party));
}

/** Notes which of several things ended, in order. */
function noting() {
  const ended: string[] = [];
  return {
    ended,
    async note<Result>(name: string, action: Promise<Result>): Promise<Result> {
      try {
        return await action;
      } finally {
        ended.push(name);
      }
    },
  };
}

async function askToken(server: TestApp, client: Awaited<ReturnType<TestApp['newClient']>>): Promise<void> {
  const answer = await server.post('/connect/token', {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  assert.equal(answer.statusCode, 200, answer.body);
}

describe('9.3 a long read of one organization holds up nobody else', () => {
  test('303: tokens are issued and another organization reads while it runs; its own reads wait', async () => {
    await using server = await startTestApp();
    const { database } = server.context;
    const client = await server.newClient();
    const { ended, note } = noting();
    const slow = note('slow', readSlowly(database, 'busy'));
    const own = note('own', database.reader.of('busy').selectFrom('organizations').selectAll().execute());
    await note('quiet', database.reader.of('quiet').selectFrom('organizations').selectAll().execute());
    await note('token', askToken(server, client));
    await Promise.all([slow, own]);
    assert.deepEqual(ended, ['quiet', 'token', 'slow', 'own']);
  });

  test('303: many reads at once of one organization are refused in words, and those of others are not', async () => {
    await using server = await startTestApp();
    const { reader } = server.context.database;
    const slow = readSlowly(server.context.database, 'busy');
    const read = (party: string) => reader.of(party).selectFrom('organizations').selectAll().execute();
    const busy = await Promise.allSettled([slow, ...Array.from({ length: 100 }, () => read('busy')), read('quiet')]);
    const refused = busy.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length > 0 && refused.length < 100, String(refused.length));
    assert.ok(refused.every((result) => result.status === 'rejected' && result.reason instanceof ReadRefusedError));
    assert.equal(busy.at(-1)?.status, 'fulfilled');
  });

  test('303: what was committed is read at once, of the audit log too', async () => {
    await using site = await startSite();
    const browser = await site.signedIn(site.stranger);
    const parameters = { organizationId: site.foreign.organizationId };
    for (const name of ['One name', 'Another name']) {
      const before = await browser.call('getOrganization', { parameters });
      const version = Number(/\d+/.exec(String(before.headers['etag']))?.[0]);
      const changed = await browser.call('updateOrganization', { parameters, version, body: { name } });
      assert.equal(changed.status, 200, changed.text);
      const { items } = (await browser.call('listAudit', { parameters })).json as {
        items: readonly { readonly after: { readonly name?: string } | null }[];
      };
      assert.equal(items[0]?.after?.name, name);
    }
  });

  test('303: a statement of PostgreSQL that takes too long is given up in words', {
    skip: testStore !== 'postgres',
  }, async () => {
    await using server = await startTestApp();
    await assert.rejects(sql`select pg_sleep(60)`.execute(server.context.database.reader.of('busy')), ReadRefusedError);
  });
});

/** Lets the removal of hourly counters fail; returns what lets it succeed again. */
async function breakRemoval({ kind, queries }: Database): Promise<() => Promise<void>> {
  const execute = async (text: string): Promise<void> => void (await sql.raw(text).execute(queries));
  if (kind === 'sqlite') {
    await execute(`create trigger broken before delete on client_hours begin select raise(abort, 'broken'); end`);
    return () => execute('drop trigger broken');
  }
  await execute(
    `create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`,
  );
  await execute('create trigger broken before delete on client_hours for each row execute function broken()');
  return () => execute('drop function broken cascade');
}

describe('9.3 the steps of maintenance do not depend on each other', () => {
  test('304: what cannot be removed is logged once by its name, and everything after it is removed', async () => {
    await using server = await startTestApp();
    const { context, app } = server;
    const { queries } = context.database;
    await askToken(server, await server.newClient());
    server.advance(1000 * 86_400_000);
    const repair = await breakRemoval(context.database);
    const stop = startMaintenance(context, new KeyRing(context), app.log);
    try {
      await waitFor(async () => {
        const left = await queries
          .selectFrom('audit_entries')
          .select('id')
          .where('action', '=', 'token.issue')
          .execute();
        return left.length === 0 || undefined;
      });
    } finally {
      stop();
    }
    assert.equal((await queries.selectFrom('client_hours').selectAll().execute()).length, 1);
    const failures = server
      .log()
      .split('\n')
      .filter((line) => line.includes('maintenance failed'));
    assert.equal(failures.length, 1, failures.join('\n'));
    assert.match(failures[0] ?? '', /hourly counters/);
    await repair();
  });
});

describe('9.3 on SQLite space is given back', { skip: testStore !== 'sqlite' }, () => {
  test('305: the write-ahead log is copied by a thread and cut, and unused pages leave the file', async () => {
    await using server = await startTestApp();
    const { context, storeEnvironment } = server;
    const { queries, releasePages } = context.database;
    const file = `${storeEnvironment.BINDERY_DATA_DIR}/bindery.db`;
    const sizeOf = (path: string) => statSync(path).size;
    await fillLargeStore(context.database, {
      clients: 10,
      entries: 15_000,
      now: context.now(),
      busy: (await server.newClient()).organizationId,
      other: 'other',
      report: () => undefined,
    });
    const longest = sizeOf(`${file}-wal`);
    assert.ok(longest > 6_000_000, String(longest));
    const commit = () =>
      queries
        .updateTable('organizations')
        .set((expression) => ({ version: expression('version', '+', 1) }))
        .execute();
    await waitFor(async () => {
      await commit();
      return sizeOf(`${file}-wal`) <= 5_000_000 || undefined;
    });
    const largest = sizeOf(file);
    assert.ok(largest > 6_000_000, String(largest));
    await queries.deleteFrom('audit_entries').execute();
    assert.ok(releasePages);
    while ((await releasePages(500)) > 0) {
      assert.ok(sizeOf(file) > 0);
    }
    await waitFor(async () => {
      await commit();
      return sizeOf(file) < largest * 0.7 || undefined;
    });
    // What stays is taken by new rows.
    assert.equal(await releasePages(500), 0);
  });

  test('305: a new store is made so that it can give pages back', async () => {
    await using server = await startTestApp();
    const { context } = server;
    const beside = await openDatabase(context.config, 'existing', context.now());
    const mode = await sql<{ auto_vacuum: number }>`pragma auto_vacuum`.execute(beside.queries);
    assert.deepEqual(mode.rows, [{ auto_vacuum: 2 }]);
    await beside.close();
  });
});
