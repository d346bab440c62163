import assert from 'node:assert/strict';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { createClient } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { testStore } from '../support/postgres-databases.ts';
import { getToken } from '../support/token-requests.ts';

test('305: compact makes the file of an older store smaller once the server is stopped', {
  skip: testStore !== 'sqlite',
}, async () => {
  await using bindery = await startBindery();
  const client = await createClient(bindery);
  const refused = await bindery.cli(['compact']);
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /is in use: stop the server first/);
  await getToken(bindery, client);
  await bindery.stop();

  // As version 0.1 made it, after the retention was shortened.
  const store = new BetterSqlite(`${bindery.dataDir}/bindery.db`);
  store.exec('pragma auto_vacuum = NONE; vacuum');
  store.exec('create table removed (text text)');
  store.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
    insert into removed select hex(randomblob(100)) from n`);
  store.exec('drop table removed');
  store.close();

  const { bytes_before: before, bytes_after: after } = await bindery.cliJson<Record<string, number>>(['compact']);
  assert.ok(before !== undefined && after !== undefined && after < before / 2, `${before} ${after}`);
  const compacted = new BetterSqlite(`${bindery.dataDir}/bindery.db`, { readonly: true });
  assert.equal(compacted.pragma('auto_vacuum', { simple: true }), 2);
  compacted.close();
  await using again = await bindery.restart();
  await getToken(again, client);
});

test('305: compact refuses a store in PostgreSQL', { skip: testStore !== 'postgres' }, async () => {
  await using bindery = await startBindery();
  const refused = await bindery.cli(['compact']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /PostgreSQL/);
});
