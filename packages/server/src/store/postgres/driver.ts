import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import pg from 'pg';
import { StoreUnavailableError } from '../unavailable.ts';
import { toPostgresValue } from './values.ts';

/**
 * Connections of a pool for Kysely. It differs from Kysely's own driver in what it does about trouble: a connection
 * that gave no answer is closed and never used again, and whatever kept us from an answer is one kind of error.
 */
export class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #silence = new Silence();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {
    // Connections are made when they are needed.
  }

  async acquireConnection(): Promise<PostgresConnection> {
    this.#silence.refuseMeanwhile();
    const since = performance.now();
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#silence);
    } catch (cause) {
      this.#silence.noteFailure(since);
      throw new StoreUnavailableError('the database cannot be reached', { cause });
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { rows } = await connection.executeQuery<{ command: string }>(CompiledQuery.raw('commit'));
    // PostgreSQL answers a COMMIT of a failed transaction by rolling it back, without an error.
    if (rows[0]?.command !== 'COMMIT') {
      throw new Error('the transaction was rolled back instead of committed');
    }
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A broken connection is closed on release, which undoes the transaction as well.
    if (connection instanceof PostgresConnection && !connection.isBroken) {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof PostgresConnection) {
      connection.release();
    }
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

/** So long somebody has waited who counts as having waited in vain; every time limit is above it. */
const inVainMilliseconds = 4000;
const refusedMilliseconds = 1000;

/**
 * Remembers for a moment that the database kept silent, so that a request which needs it several times does not wait
 * for it several times, and others do not queue up behind.
 */
class Silence {
  #until = 0;

  refuseMeanwhile(): void {
    if (performance.now() < this.#until) {
      throw new StoreUnavailableError('the database did not answer a moment ago');
    }
  }

  noteFailure(since: number): void {
    const now = performance.now();
    if (now - since >= inVainMilliseconds) {
      this.#until = now + refusedMilliseconds;
    }
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #silence: Silence;
  #isBroken = false;

  constructor(client: pg.PoolClient, silence: Silence) {
    this.#client = client;
    this.#silence = silence;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    // What is sent after an answer that never came would be answered out of turn.
    if (this.#isBroken) {
      throw new StoreUnavailableError('the connection to the database was lost');
    }
    const since = performance.now();
    try {
      const result = await this.#client.query(sql, parameters.map(toPostgresValue));
      return toQueryResult<Row>(result);
    } catch (cause) {
      if (cause instanceof pg.DatabaseError && !isLastWord(cause)) {
        throw cause;
      }
      this.#isBroken = true;
      this.#silence.noteFailure(since);
      throw new StoreUnavailableError('the database gave no answer', { cause });
    }
  }

  // Kysely asks for it; nothing here streams.
  // biome-ignore lint/correctness/useYield: it only refuses
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed');
  }
}

/** Whether the server ended the connection with this message: shutdown, crash, or PgBouncer losing its server. */
function isLastWord({ code, severity }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || /^(?:08|57P)/.test(code ?? '');
}

function toQueryResult<Row>({ command, rowCount, rows }: pg.QueryResult): QueryResult<Row> {
  if (command === 'COMMIT' || command === 'ROLLBACK') {
    // Kysely's rows are whatever the statement gives; here it is the tag that tells what was done.
    return { rows: [{ command } as Row] };
  }
  const isChange = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
  return isChange ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
}
