import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledQuery, Kysely, type Transaction } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import { migrate, pendingMigrations } from './migrate.ts';
import type { Schema } from './schema.ts';
import { openEmbedded } from './sqlite.ts';

/** A connection, or the transaction that an action runs in. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** An open store. */
export interface Database {
  readonly queries: Kysely<Schema>;
  /** Where the store is, in words for the operator; no credentials. */
  readonly location: string;
  /** Runs statements in one transaction; all of them or none. */
  runTogether(statements: readonly CompiledQuery[]): Promise<void>;
  /** Runs an action in one short transaction: what it throws undoes everything. */
  transaction<Result>(action: (queries: Transaction<Schema>) => Promise<Result>): Promise<Result>;
  /** A number that differs from the last one when another process has changed the store. */
  dataVersion(): number;
  close(): Promise<void>;
}

/** What `openDatabase` does about a store that is missing or older than this program. */
export type OpenMode = 'create' | 'existing';

/** Opens the store in the data folder; with `create`, makes and upgrades it where needed. */
export async function openDatabase(dataDir: string, mode: OpenMode, now: number): Promise<Database> {
  const file = join(dataDir, 'bindery.db');
  if (mode === 'existing' && !existsSync(file)) {
    throw new ConfigurationError([
      `there is no store at ${file}: set BINDERY_DATA_DIR to the folder of the running server, or make a new store with: bindery migrate`,
    ]);
  }
  const embedded = openFile(dataDir, file, mode);
  const queries = new Kysely<Schema>({ dialect: embedded.dialect });
  const database: Database = {
    queries,
    location: file,
    runTogether: (statements) =>
      // Through Kysely's connection, so that it never lands inside somebody else's transaction.
      queries.connection().execute(async () => embedded.runTogether(statements)),
    transaction: (action) => queries.transaction().execute(action),
    dataVersion: () => embedded.dataVersion(),
    close: () => queries.destroy(),
  };
  try {
    await bringUpToDate(database, mode, now);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

function openFile(dataDir: string, file: string, mode: OpenMode): ReturnType<typeof openEmbedded> {
  try {
    if (mode === 'create') {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    }
    const embedded = openEmbedded(file, mode === 'existing');
    chmodSync(file, 0o600);
    return embedded;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError([`the store at ${file} cannot be opened: ${reason}`], { cause });
  }
}

async function bringUpToDate(database: Database, mode: OpenMode, now: number): Promise<void> {
  // The migrations speak of tables that the schema's type does not know yet.
  const anyTables = database.queries as unknown as Kysely<unknown>;
  const pending = await pendingMigrations(anyTables);
  if (pending.length === 0) {
    return;
  }
  if (mode === 'existing') {
    throw new ConfigurationError([
      'the store is older than this program: start the server once, or run: bindery migrate',
    ]);
  }
  await migrate(anyTables, now);
}
