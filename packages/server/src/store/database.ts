import type { CompiledQuery, Kysely, Transaction } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import { migrate, migrations, pendingMigrations } from './migrate.ts';
import { openPostgres } from './postgres/open.ts';
import type { LimiterFactory } from './rate-limits.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';

/** A connection, or the transaction that an action runs in. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** An open store. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly queries: Kysely<Schema>;
  /** Where the store is, in words for the operator; no credentials. */
  readonly location: string;
  /** Runs statements in one transaction; all of them or none. */
  runTogether(statements: readonly CompiledQuery[]): Promise<void>;
  /**
   * Runs an action in one short transaction: what it throws undoes everything. It may run more than once, where
   * another transaction stood in the way; on PostgreSQL it sees what others commit meanwhile, so that a change must
   * compare and swap.
   */
  transaction<Result>(
    action: (queries: Transaction<Schema>) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /**
   * A number that differs from the last one when a transaction, here or elsewhere, has or may have changed the store.
   * It never decreases.
   */
  dataVersion(): number;
  /** The clock that all who share the store agree on, in epoch milliseconds; undefined where only one machine does. */
  readonly clock: ((queries: Queries) => Promise<number>) | undefined;
  /** Counters for limits, shared by all that share the store. */
  readonly createLimiter: LimiterFactory;
  close(): Promise<void>;
}

/** What a transaction changes. */
export interface TransactionOptions {
  /**
   * False for what no process caches, such as refresh tokens and the audit log: `dataVersion` stays the same and nothing
   * is read again. True by default.
   */
  readonly invalidatesCaches?: boolean;
}

/** What each of the two databases does in its own way; only this folder knows of it. */
export interface Backend extends Omit<Database, 'transaction'> {
  transaction<Result>(action: (queries: Transaction<Schema>) => Promise<Result>): Promise<Result>;
  hasTable(name: string, on: Queries): Promise<boolean>;
  /** Runs migrations in one transaction, one process at a time. */
  migrating<Result>(action: (queries: Queries) => Promise<Result>): Promise<Result>;
}

/** Where the store is; a part of the configuration. */
export interface StoreAddress {
  /** The folder of the embedded database. */
  readonly dataDir: string;
  /** The PostgreSQL that is used instead. */
  readonly databaseUrl: string | undefined;
  /** The most connections to it that this process opens. */
  readonly databasePoolSize: number;
}

/** What `openDatabase` does about a store that is missing or older than this program. */
export type OpenMode = 'create' | 'existing';

/** Opens the store; with `create`, makes and upgrades it where needed. */
export async function openDatabase(address: StoreAddress, mode: OpenMode, now: number): Promise<Database> {
  const backend =
    address.databaseUrl === undefined
      ? openSqlite(address.dataDir, mode)
      : await openPostgres({ url: address.databaseUrl, poolSize: address.databasePoolSize });
  try {
    await bringUpToDate(backend, mode, now);
  } catch (error) {
    await backend.close();
    throw error;
  }
  return countingOwnChanges(backend);
}

/** A database tells only of what other connections change: our own transactions are counted here. */
function countingOwnChanges(backend: Backend): Database {
  let own = 0;
  return {
    ...backend,
    transaction: (action, { invalidatesCaches = true } = {}) =>
      backend.transaction(action).finally(() => {
        own += invalidatesCaches ? 1 : 0;
      }),
    // Both only ever grow, so the sum stays the same only if neither did.
    dataVersion: () => backend.dataVersion() + own,
  };
}

async function bringUpToDate(backend: Backend, mode: OpenMode, now: number): Promise<void> {
  const pending = await pendingMigrations(backend, backend.queries);
  if (pending.length === 0) {
    return;
  }
  if (mode === 'existing') {
    throw new ConfigurationError([
      pending.length === migrations.length
        ? `there is no store at ${backend.location}: start the server once, or make it with: bindery migrate`
        : 'the store is older than this program: start the server once, or run: bindery migrate',
    ]);
  }
  await migrate(backend, now);
}
