import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, sql } from 'kysely';
import pg from 'pg';
import { ApiError, ConfigurationError } from '../../errors.ts';
import type { Backend, Queries } from '../database.ts';
import { sharedLimiters } from '../rate-limits.ts';
import { createReader } from '../reader.ts';
import type { Schema } from '../schema.ts';
import { isLostRace } from '../unavailable.ts';
import { PooledPostgresDialect } from './dialect.ts';
import { PostgresDriver } from './driver.ts';
import { postgresTypes } from './values.ts';

/** A PostgreSQL database, and how many connections one process may open to it. */
export interface PostgresAddress {
  readonly url: string;
  readonly poolSize: number;
}

/** How long to wait for a free or new connection. */
const connectMilliseconds = 5000;
/** How long the server may work on a statement; the client gives up a little later if the server does not answer. */
const statementMilliseconds = 5000;
const answerMilliseconds = 5500;
/** How long a transaction may be idle while it holds locks: only a process that died or was stopped gets there. */
const idleInTransactionMilliseconds = 10_000;

const readersMax = 4;
const lostRacesMax = 5;
/** Our own number, so that it does not meet the advisory lock of another program. */
const migrationLock = 4_826_014_721;

/** Opens a pool of connections; throws a sentence for the operator if the database does not answer. */
export async function openPostgres(address: PostgresAddress): Promise<Backend> {
  const location = locationOf(address.url);
  const readers = readersOf(address.poolSize);
  const pool = openPool({ ...address, poolSize: address.poolSize - readers }, answerMilliseconds);
  const dialect = new PooledPostgresDialect(pool);
  const queries = new Kysely<Schema>({ dialect });
  await probe(pool, location);
  const readerPool = readers === 0 ? pool : openPool({ ...address, poolSize: readers }, answerMilliseconds);
  return {
    kind: 'postgres',
    queries,
    reader: createReader(dialect, new PostgresDriver(readerPool), Math.max(1, readers)),
    location,
    async runTogether(statements) {
      const [only, ...others] = statements;
      if (only !== undefined && others.length === 0) {
        // A statement is a transaction of its own: one round trip.
        await retryAfterLostRace(() => queries.executeQuery(only));
        return;
      }
      await retryAfterLostRace(() =>
        queries.transaction().execute(async (transaction) => {
          for (const statement of statements) {
            await transaction.executeQuery(statement);
          }
        }),
      );
    },
    transaction: (action) => retryAfterLostRace(() => queries.transaction().execute(action)),
    createLimiter: sharedLimiters(queries),
    // Nothing notifies us of changes (LISTEN needs a session, which a pooler does not keep), so each second counts as one.
    dataVersion: () => Math.floor(performance.now() / 1000),
    clock: readClock,
    hasTable: async (name, on) => {
      // Not to_regclass(): while we waited for another process, it may have cached that there was no such table.
      const query = sql`
        select 1 from pg_catalog.pg_tables where tablename = ${name} and schemaname = any (current_schemas(false))`;
      return (await query.execute(on)).rows.length > 0;
    },
    migrating: (action) => runMigrations(address.url, action),
    async removing(step) {
      const began = performance.now();
      return { removed: await step(queries), milliseconds: performance.now() - began };
    },
    releasePages: undefined,
    async close() {
      await queries.destroy();
      if (readerPool !== pool && !readerPool.ending) {
        await readerPool.end();
      }
    },
  };
}

/**
 * How many of the connections are for long reads alone, so that those never take the ones of token requests. With fewer
 * than four there is none to spare, and one read at a time shares them.
 */
function readersOf(poolSize: number): number {
  return Math.min(readersMax, Math.floor(poolSize / 4));
}

async function readClock(queries: Queries): Promise<number> {
  // Not now(), which is the start of the transaction.
  const clock = sql<{ now: number }>`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
  const { rows } = await clock.execute(queries);
  return Number(rows[0]?.now);
}

/** The address without user, password and parameters. */
export function locationOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgresql://${host}${pathname}`;
}

function openPool({ url, poolSize }: PostgresAddress, queryMilliseconds: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'bindery',
    max: poolSize,
    types: postgresTypes,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1800,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A command that failed must not wait for idle connections.
    allowExitOnIdle: true,
    // A query, not a start-up option, which PgBouncer refuses. Behind PgBouncer it may not hold, and nothing relies on it.
    onConnect: (client) =>
      client.query(
        `set statement_timeout = ${statementMilliseconds}; set idle_in_transaction_session_timeout = ${idleInTransactionMilliseconds}`,
      ),
  });
  // A broken connection is discarded, and the next one is opened when it is needed: there is nothing else to do.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function probe(pool: pg.Pool, location: string): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Class 28 and 3D: the user, the password or the name of the database is wrong; waiting does not help.
    if (cause instanceof pg.DatabaseError && /^(?:28|3D)/.test(cause.code ?? '')) {
      throw new ConfigurationError([`the store at ${location} cannot be opened: ${reason}; correct DATABASE_URL`], {
        cause,
      });
    }
    throw new ApiError('unavailable', `the store at ${location} does not answer (${reason}): is PostgreSQL running?`, {
      cause,
    });
  }
}

/** Retries a transaction that lost against another one and was rolled back. */
async function retryAfterLostRace<Result>(action: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isLostRace(error) || tries >= lostRacesMax) {
        throw error;
      }
      await wait(Math.random() * 20 * tries);
    }
  }
}

/**
 * Runs the migrations, one process at a time, on a connection without time limits: building an index may take long, and
 * so may waiting for another process that builds one.
 */
async function runMigrations<Result>(url: string, action: (queries: Queries) => Promise<Result>): Promise<Result> {
  const queries = new Kysely<Schema>({ dialect: new PooledPostgresDialect(openPool({ url, poolSize: 1 }, 0)) });
  try {
    return await queries.transaction().execute(async (transaction) => {
      await transaction.executeQuery(CompiledQuery.raw('set local statement_timeout = 0'));
      // Held by the transaction, not the session, so that it also works behind PgBouncer.
      await transaction.executeQuery(CompiledQuery.raw(`select pg_advisory_xact_lock(${migrationLock})`));
      return action(transaction);
    });
  } finally {
    await queries.destroy();
  }
}
