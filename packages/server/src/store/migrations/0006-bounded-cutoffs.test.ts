import assert from 'node:assert/strict';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { cutoffs } from './0005-cutoffs.ts';
import { boundedCutoffs } from './0006-bounded-cutoffs.ts';

test('9.1 the upgrade keeps the number of the list and the last entry of each subject', async () => {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new BetterSqlite(':memory:') }) });
  await cutoffs.up(db);
  await sql`update cutoff_state set base = 1000, lifetime_seconds = 3600`.execute(db);
  await sql`
    insert into cutoffs (id, kind, subject, cut_at, until) values
      ('cut_1', 'client', 'client_1', 10, 100),
      ('cut_2', 'client', 'client_1', 30, 90),
      ('cut_3', 'token', 'token_1', 20, 120)`.execute(db);
  await boundedCutoffs.up(db);
  const { rows: entries } = await sql`select * from cutoffs order by kind`.execute(db);
  const counted = { seq: 1003, client_id: null, organization_id: null };
  assert.deepEqual(entries, [
    { kind: 'client', subject: 'client_1', cut_at: 30, until: 100, ...counted },
    { kind: 'token', subject: 'token_1', cut_at: 20, until: 120, ...counted },
  ]);
  const { rows: state } = await sql`select * from cutoff_state`.execute(db);
  assert.deepEqual(state, [
    { id: 1, seq: 1003, lifetime_seconds: 3600, older_tokens_end: 0, entries: 2, collapse_at: 0 },
  ]);
  await db.destroy();
});
