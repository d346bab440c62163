import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { openStore } from '../actions/open-store.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigurationError } from '../errors.ts';

function newConfig(test: TestContext, environment: Readonly<Record<string, string>> = {}): Config {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-store-'));
  test.after(() => rmSync(folder, { recursive: true }));
  return loadConfig({ BINDERY_DATA_DIR: join(folder, 'data'), ...environment });
}

async function createStore(config: Config): Promise<void> {
  await (await openStore(config, 'create', () => 1000)).database.close();
}

/** One sentence for the operator, and the exit code that goes with it. */
const sentence = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConfigurationError, String(error));
  assert.equal(error.problems.length, 1);
  assert.match(error.problems[0] ?? '', pattern);
  assert.doesNotMatch(error.problems[0] ?? '', /\.$|\n/);
  return true;
};

test('a missing store is never created silently: a command says where it looked and how to fix it', async (t) => {
  const config = newConfig(t);
  await assert.rejects(
    openStore(config, 'existing', () => 0),
    sentence(/^there is no store at .*: set BINDERY_DATA_DIR .*bindery migrate/),
  );
  assert.equal(existsSync(config.dataDir), false);
});

test('284: only the owner can read the folder, the database and the master key', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  assert.equal(modeOf(config.dataDir), 0o700);
  assert.equal(modeOf(join(config.dataDir, 'bindery.db')), 0o600);
  assert.equal(modeOf(join(config.dataDir, 'master-key')), 0o600);
});

test('a store opens again with its content, and is upgraded only in create mode', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  const again = await openStore(config, 'existing', () => 0);
  await again.database.close();
  const database = new BetterSqlite(join(config.dataDir, 'bindery.db'));
  // As if an older program, without the last step, had left it.
  database.prepare('delete from bindery_migrations where id = (select max(id) from bindery_migrations)').run();
  database.close();
  await assert.rejects(
    openStore(config, 'existing', () => 0),
    sentence(/older than this program.*bindery migrate/),
  );
});

test('a store of a newer program is refused in both modes and stays unchanged', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  const database = new BetterSqlite(join(config.dataDir, 'bindery.db'));
  database.prepare("insert into bindery_migrations values ('9999-the-future', 0)").run();
  database.close();
  for (const mode of ['create', 'existing'] as const) {
    await assert.rejects(
      openStore(config, mode, () => 0),
      sentence(/newer than this program.*9999-the-future/),
    );
  }
});

test('a failed migration leaves nothing behind', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  const file = join(config.dataDir, 'bindery.db');
  const database = new BetterSqlite(file);
  const tables = () => database.prepare("select name from sqlite_master where type = 'table' order by name").all();
  const before = tables();
  // Every step would run again, and the first finds its tables already there.
  database.prepare('delete from bindery_migrations').run();
  await assert.rejects(openStore(config, 'create', () => 0));
  assert.deepEqual(tables(), before);
  assert.deepEqual(database.prepare('select * from bindery_migrations').all(), []);
  database.close();
});

test('a file that is not a database is refused with a message', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(config.dataDir, `bindery.db${suffix}`), { force: true });
  }
  writeFileSync(join(config.dataDir, 'bindery.db'), 'no database at all, but long enough to be looked at'.repeat(50));
  for (const mode of ['create', 'existing'] as const) {
    await assert.rejects(
      openStore(config, mode, () => 0),
      sentence(/cannot be opened/),
    );
  }
});

test('281: a wrong or missing master key stops the start with a message that does not show it', async (t) => {
  const config = newConfig(t, { BINDERY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
  await createStore(config);
  assert.equal(existsSync(join(config.dataDir, 'master-key')), false);
  const environment = { BINDERY_DATA_DIR: config.dataDir };
  const wrong = Buffer.alloc(32, 2);
  for (const mode of ['create', 'existing'] as const) {
    const other = loadConfig({ ...environment, BINDERY_MASTER_KEY: wrong.toString('hex') });
    await assert.rejects(
      openStore(other, mode, () => 0),
      sentence(/^the master key does not belong to the store at [^:]*: use the one that the store was created with$/),
    );
    await assert.rejects(
      openStore(loadConfig(environment), mode, () => 0),
      sentence(/master key .* is missing/),
    );
    assert.equal(existsSync(join(config.dataDir, 'master-key')), false);
  }
  await createStore(config);
});

test('the version changes for transactions of this and other connections, unless they invalidate no caches', async (t) => {
  const config = newConfig(t);
  await createStore(config);
  const [one, other] = [await openStore(config, 'existing', () => 0), await openStore(config, 'existing', () => 0)];
  const before = one.database.dataVersion();
  const write = (name: string, { database }: typeof one) =>
    database.queries.insertInto('settings').values({ name, value: 'x' }).execute();
  await write('mine', one);
  await one.database.transaction(async () => undefined, { invalidatesCaches: false });
  assert.equal(one.database.dataVersion(), before);
  await one.database.transaction(async () => undefined);
  const after = one.database.dataVersion();
  assert.ok(after > before);
  await write('theirs', other);
  assert.ok(one.database.dataVersion() > after);
  await Promise.all([one.database.close(), other.database.close()]);
});

test('statements that run together are committed together or not at all', async (t) => {
  const config = newConfig(t);
  const { database } = await openStore(config, 'create', () => 0);
  const insert = (name: string) => database.queries.insertInto('settings').values({ name, value: 'x' }).compile();
  await assert.rejects(database.runTogether([insert('a'), insert('b'), insert('a')]));
  await assert.rejects(
    database.transaction(async (queries) => {
      await queries.insertInto('settings').values({ name: 'c', value: 'x' }).execute();
      throw new Error('no');
    }),
    /no/,
  );
  const rows = await database.queries.selectFrom('settings').select('name').where('value', '=', 'x').execute();
  assert.deepEqual(rows, []);
  await database.runTogether([insert('a'), insert('b')]);
  await database.close();
});
