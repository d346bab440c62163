import type { CompiledQuery, Kysely, Transaction } from 'kysely';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Schema } from './schema.ts';

/** A connection, or the transaction that an action runs in. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** Creates a rate limiter that allows `points` in `seconds` for each key. */
export type LimiterFactory = (name: string, points: number, seconds: number) => RateLimiterAbstract;

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
