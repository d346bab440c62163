import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@bindery/server/config.ts';
import type { Database } from '@bindery/server/store/database.ts';
import { migrations } from '@bindery/server/store/migrate.ts';
import { openDatabase } from '@bindery/server/store/open.ts';
import { sql } from 'kysely';
import { copyTestDatabase, createTestDatabase, type TestDatabase, testStore } from './postgres-databases.ts';

/** The settings by which a process finds a store. */
export interface StoreEnvironment {
  readonly [name: string]: string;
  readonly BINDERY_DATA_DIR: string;
}

const databases = new Map<string, Promise<TestDatabase>>();

/**
 * The settings of the store that belongs to a data folder. On PostgreSQL its database is created the first time: empty,
 * or `migrated` for tests that are not about how a server starts.
 */
export async function storeEnvironmentOf(
  dataDir: string,
  given: Readonly<Record<string, string>> = {},
  state: 'empty' | 'migrated' = 'empty',
): Promise<StoreEnvironment> {
  const folder = given['BINDERY_DATA_DIR'] ?? dataDir;
  const masterKey = given['BINDERY_MASTER_KEY'];
  const keys = { BINDERY_DATA_DIR: folder, ...(masterKey === undefined ? {} : { BINDERY_MASTER_KEY: masterKey }) };
  if (given['DATABASE_URL'] !== undefined) {
    return { ...keys, DATABASE_URL: given['DATABASE_URL'] };
  }
  if (testStore === 'sqlite') {
    return keys;
  }
  const database = databases.get(folder) ?? (state === 'empty' ? createTestDatabase() : createMigratedDatabase());
  databases.set(folder, database);
  return { ...keys, DATABASE_URL: (await database).url };
}

/** A copy of a database that was migrated once; each set of migrations has its own. */
function createMigratedDatabase(): Promise<TestDatabase> {
  const fingerprint = createHash('sha256')
    .update(migrations.map(({ id, up }) => `${id}${up}`).join(''))
    .digest('hex');
  return copyTestDatabase(`bindery_template_${fingerprint.slice(0, 16)}`, async (url) => {
    const database = await openDatabase(loadConfig({ DATABASE_URL: url }), 'create', Date.now());
    await database.close();
  });
}

/** The settings by which a second server finds the store of a first: on PostgreSQL, with a data folder of its own. */
export function sharedEnvironmentOf(
  first: { readonly dataDir: string; readonly storeEnvironment: StoreEnvironment },
  dataDir: string,
): StoreEnvironment {
  if (first.storeEnvironment['DATABASE_URL'] === undefined) {
    return first.storeEnvironment;
  }
  const file = join(first.dataDir, 'master-key');
  const masterKey = existsSync(file) ? { BINDERY_MASTER_KEY: readFileSync(file, 'utf8').trim() } : {};
  return { ...first.storeEnvironment, ...masterKey, BINDERY_DATA_DIR: dataDir };
}

/** Removes a data folder and the store that belongs to it. */
export async function removeStore(dataDir: string): Promise<void> {
  const database = await databases.get(dataDir);
  databases.delete(dataDir);
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A store that tests read directly. */
export interface OpenStore {
  readonly database: Database;
  /** The rows of a query in SQL that both databases understand. */
  rows(text: string): Promise<readonly Record<string, unknown>[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens the store of a server on either database, whether the server runs or not. */
export async function openStoreForTest(bindery: { readonly storeEnvironment: StoreEnvironment }): Promise<OpenStore> {
  const database = await openDatabase(loadConfig(bindery.storeEnvironment), 'existing', Date.now());
  return {
    database,
    rows: async (text) => (await sql.raw<Record<string, unknown>>(text).execute(database.queries)).rows,
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** Makes the audit log refuse every entry, as on a full disk; returns the function that undoes it. */
export async function fillDisk({ kind, queries }: Pick<Database, 'kind' | 'queries'>): Promise<() => Promise<void>> {
  const execute = async (text: string): Promise<void> => {
    await sql.raw(text).execute(queries);
  };
  if (kind === 'sqlite') {
    await execute(
      `create trigger full_disk before insert on audit_entries begin select raise(abort, 'disk full'); end`,
    );
    return () => execute('drop trigger full_disk');
  }
  await execute(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'disk full' using errcode = 'disk_full'; end $$`);
  await execute('create trigger full_disk before insert on audit_entries for each row execute function full_disk()');
  return () => execute('drop function full_disk cascade');
}
