import type { CompiledQuery, Kysely, Transaction } from 'kysely';
import type { Reader } from './reader.ts';
import type { Schema } from './schema.ts';

/** A connection, or the transaction that an action runs in. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** A rate limiter for keys of any kind. */
export interface RateLimiter {
  /** Counts; rejects with a `RateLimiterRes` when the key is over its limit. */
  consume(key: string, points: number): Promise<unknown>;
  /** Takes back what was counted. */
  reward(key: string, points: number): Promise<unknown>;
}

/** Creates a rate limiter that allows `points` in `seconds` for each key. */
export type LimiterFactory = (name: string, points: number, seconds: number) => RateLimiter;

/** An open store. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly queries: Kysely<Schema>;
  /** For reads that may take long. A read sees everything committed before it began. */
  readonly reader: Reader;
  /** Where the store is, in words for the operator; no credentials. */
  readonly location: string;
  /** Runs statements in one transaction; all of them or none. */
  runTogether(statements: readonly CompiledQuery[]): Promise<void>;
  /**
   * Runs an action in one short transaction, which is rolled back if the action throws. The action may run more than
   * once, if another transaction was in the way. On PostgreSQL it sees what others commit in the meantime, so a change
   * must compare and swap.
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
  /** The clock that all servers of a shared store use, in epoch milliseconds; undefined if only one machine uses it. */
  readonly clock: ((queries: Queries) => Promise<number>) | undefined;
  /** Creates rate limiters that all servers of the store share. */
  readonly createLimiter: LimiterFactory;
  /**
   * Runs a step that deletes what has expired, and tells how long it took. It does not wait for the disk: what a power cut
   * brings back is deleted again.
   */
  removing(step: (queries: Queries) => Promise<number>): Promise<RemovalStep>;
  /** Returns up to `limit` unused pages to the file system; undefined if the database does that itself. */
  readonly releasePages: ((limit: number) => Promise<number>) | undefined;
  close(): Promise<void>;
}

/** Rows that a step deleted, and how long it took. */
export interface RemovalStep {
  readonly removed: number;
  readonly milliseconds: number;
}

/** What a transaction changes. */
export interface TransactionOptions {
  /**
   * False for what no process caches, such as refresh tokens and the audit log: `dataVersion` stays the same and nothing
   * is read again. True by default.
   */
  readonly invalidatesCaches?: boolean;
}

/** What each of the two databases does in its own way; only this folder uses it. */
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
  /** The PostgreSQL database to use instead. */
  readonly databaseUrl: string | undefined;
  /** How many connections to it this process may open. */
  readonly databasePoolSize: number;
}

/** What `openDatabase` does about a store that is missing or older than this program. */
export type OpenMode = 'create' | 'existing';
