import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, sql } from 'kysely';
import pg from 'pg';
import { ApiError, ConfigurationError } from '../../errors.ts';
import type { Backend, Queries } from '../database.ts';
import { sharedLimiters } from '../rate-limits.ts';
import type { Schema } from '../schema.ts';
import { isLostRace } from '../unavailable.ts';
import { PooledPostgresDialect } from './dialect.ts';
import { postgresTypes } from './values.ts';

/** Where a PostgreSQL is, and how many connections one process may open to it. */
export interface PostgresAddress {
  readonly url: string;
  readonly poolSize: number;
}

/** How long to wait for a connection, a free one or a new one. */
const connectMilliseconds = 5000;
/** How long the server works on a statement; the client gives up a little later, when the server does not answer. */
const statementMilliseconds = 5000;
const answerMilliseconds = 5500;
/** How long a transaction may lie idle, which holds its locks: only a process that is gone or stopped does that. */
const idleInTransactionMilliseconds = 10_000;

const lostRacesMax = 5;
/** A number of our own, so that no other program's advisory lock is met. */
const migrationLock = 4_826_014_721;

/** Opens a pool of connections; throws a sentence for the operator when the database does not answer. */
export async function openPostgres(address: PostgresAddress): Promise<Backend> {
  const location = locationOf(address.url);
  const pool = openPool(address, answerMilliseconds);
  const queries = new Kysely<Schema>({ dialect: new PooledPostgresDialect(pool) });
  await probe(pool, location);
  return {
    kind: 'postgres',
    queries,
    location,
    async runTogether(statements) {
      const [only, ...others] = statements;
      if (only !== undefined && others.length === 0) {
        // A statement is a transaction of its own: one round trip.
        await againAfterLostRace(() => queries.executeQuery(only));
        return;
      }
      await againAfterLostRace(() =>
        queries.transaction().execute(async (transaction) => {
          for (const statement of statements) {
            await transaction.executeQuery(statement);
          }
        }),
      );
    },
    transaction: (action) => againAfterLostRace(() => queries.transaction().execute(action)),
    createLimiter: sharedLimiters(queries),
    // Nothing tells of changes (LISTEN needs a session, which a pooler does not keep): each second counts as one.
    dataVersion: () => Math.floor(performance.now() / 1000),
    clock: readClock,
    hasTable: async (name, on) => {
      // Not to_regclass(): it may remember, from before another process was waited for, that there was no such table.
      const query = sql`
        select 1 from pg_catalog.pg_tables where tablename = ${name} and schemaname = any (current_schemas(false))`;
      return (await query.execute(on)).rows.length > 0;
    },
    migrating: (action) => runMigrations(address.url, action),
    close: () => queries.destroy(),
  };
}

async function readClock(queries: Queries): Promise<number> {
  // Not now(), which is when the transaction began.
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
    // A command that failed must not linger for the sake of idle connections.
    allowExitOnIdle: true,
    // A query and not a start-up option, which PgBouncer refuses; behind one it is only a help, and nothing rests on it.
    onConnect: (client) =>
      client.query(
        `set statement_timeout = ${statementMilliseconds}; set idle_in_transaction_session_timeout = ${idleInTransactionMilliseconds}`,
      ),
  });
  // A connection that breaks is thrown away and the next one is made when it is needed: nothing else is to be done.
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
    // Class 28 and 3D: the user, the password or the name of the database is wrong, which no waiting mends.
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

/** Runs what lost against another transaction again; nothing of it was done. */
async function againAfterLostRace<Result>(action: () => Promise<Result>): Promise<Result> {
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
 * Runs the migrations of one process at a time, on a connection without time limits: building an index takes as long
 * as it takes, and so does waiting for another process that builds one.
 */
async function runMigrations<Result>(url: string, action: (queries: Queries) => Promise<Result>): Promise<Result> {
  const queries = new Kysely<Schema>({ dialect: new PooledPostgresDialect(openPool({ url, poolSize: 1 }, 0)) });
  try {
    return await queries.transaction().execute(async (transaction) => {
      await transaction.executeQuery(CompiledQuery.raw('set local statement_timeout = 0'));
      // Held by the transaction and not by the session, so that it is kept and let go behind PgBouncer too.
      await transaction.executeQuery(CompiledQuery.raw(`select pg_advisory_xact_lock(${migrationLock})`));
      return action(transaction);
    });
  } finally {
    await queries.destroy();
  }
}
