import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { ReadRefusedError, StoreUnavailableError } from '../unavailable.ts';
import { ReaderThreads } from './reader-threads.ts';

/** A folder with a file for a database, and threads that read it. */
function openThreads(deadlineMilliseconds = 60_000) {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-reader-'));
  const file = join(folder, 'some.db');
  const threads = new ReaderThreads(file, deadlineMilliseconds);
  return {
    makeFile() {
      const database = new BetterSqlite(file);
      database.pragma('journal_mode = WAL');
      database.exec('create table if not exists numbers (number integer)');
      return database;
    },
    async read(sql: string, parameters: unknown[] = []) {
      const connection = await threads.acquireConnection();
      try {
        return (await connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, parameters))).rows;
      } finally {
        await threads.releaseConnection(connection);
      }
    },
    async [Symbol.asyncDispose]() {
      await threads.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('9.3: a read sees what was committed before it, and cannot write', async () => {
  await using threads = openThreads();
  const database = threads.makeFile();
  for (const number of [1, 2, 3]) {
    database.prepare('insert into numbers values (?)').run(number);
    assert.deepEqual(await threads.read('select max(number) as most from numbers'), [{ most: number }]);
  }
  await assert.rejects(threads.read('delete from numbers returning number'), /readonly/);
  await assert.rejects(threads.read('select * from nowhere'), /no such table/);
  assert.deepEqual(await threads.read('select ? as given', ['text']), [{ given: 'text' }]);
  database.close();
});

test('9.3: a read that takes too long is given up in words for the caller, and the next one is answered', async () => {
  await using threads = openThreads(2000);
  const database = threads.makeFile();
  // Without its write-ahead log SQLite lets nobody read beside such a transaction: the read waits as a long one computes.
  database.pragma('journal_mode = DELETE');
  database.exec('begin exclusive');
  await assert.rejects(threads.read('select * from numbers'), (error) => {
    assert.ok(error instanceof ReadRefusedError);
    assert.match(error.message, /took too long/);
    return true;
  });
  database.exec('commit');
  database.close();
  assert.deepEqual(await threads.read('select * from numbers'), []);
});

test('9.3: a thread that fails takes its read with it, says why, and is replaced', async () => {
  await using threads = openThreads();
  await assert.rejects(threads.read('select 1'), (error) => {
    assert.ok(error instanceof StoreUnavailableError);
    assert.match(String(error.cause), /unable to open database file/);
    return true;
  });
  threads.makeFile().close();
  assert.deepEqual(await threads.read('select 1 as one'), [{ one: 1 }]);
});
