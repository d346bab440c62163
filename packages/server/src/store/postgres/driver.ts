import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import pg from 'pg';
import { StoreUnavailableError } from '../unavailable.ts';
import { toPostgresValue } from './values.ts';

/**
 * Connections of a pool for Kysely. It differs from Kysely's own driver in how it treats failures: a connection that did
 * not answer is closed and never used again, and every reason for not getting an answer is one kind of error.
 */
export class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #circuit = new CircuitBreaker();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {
    // Connections are opened when they are needed.
  }

  async acquireConnection(): Promise<PostgresConnection> {
    this.#circuit.rejectWhileOpen();
    const since = performance.now();
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#circuit);
    } catch (cause) {
      this.#circuit.recordFailure(since);
      throw new StoreUnavailableError('the database cannot be reached', { cause });
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { rows } = await connection.executeQuery<{ command: string }>(CompiledQuery.raw('commit'));
    // PostgreSQL rolls a failed transaction back on COMMIT, without an error.
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

/** A failure after a wait of at least this long opens the circuit; every time limit of a query is above it. */
const timedOutMilliseconds = 4000;
const openMilliseconds = 1000;

/**
 * Rejects at once for a moment after the database did not answer in time, so that a request which needs it several times
 * does not wait several times, and others do not queue up behind it.
 */
class CircuitBreaker {
  #openUntil = 0;

  rejectWhileOpen(): void {
    if (performance.now() < this.#openUntil) {
      throw new StoreUnavailableError('the database did not answer a moment ago');
    }
  }

  /** `since`: when the wait began, as `performance.now()`. */
  recordFailure(since: number): void {
    const now = performance.now();
    if (now - since >= timedOutMilliseconds) {
      this.#openUntil = now + openMilliseconds;
    }
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #circuit: CircuitBreaker;
  #isBroken = false;

  constructor(client: pg.PoolClient, circuit: CircuitBreaker) {
    this.#client = client;
    this.#circuit = circuit;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    // After a response that never came, the next one would be taken for it.
    if (this.#isBroken) {
      throw new StoreUnavailableError('the connection to the database was lost');
    }
    const since = performance.now();
    try {
      const result = await this.#client.query(sql, parameters.map(toPostgresValue));
      return toQueryResult<Row>(result);
    } catch (cause) {
      if (cause instanceof pg.DatabaseError && !endsConnection(cause)) {
        throw cause;
      }
      this.#isBroken = true;
      this.#circuit.recordFailure(since);
      throw new StoreUnavailableError('the database did not answer', { cause });
    }
  }

  // Kysely requires it; nothing here streams.
  // biome-ignore lint/correctness/useYield: it only throws
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed');
  }
}

/** Whether the server closed the connection with this error: shutdown, crash, or PgBouncer losing its server. */
function endsConnection({ code, severity }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || /^(?:08|57P)/.test(code ?? '');
}

function toQueryResult<Row>({ command, rowCount, rows }: pg.QueryResult): QueryResult<Row> {
  if (command === 'COMMIT' || command === 'ROLLBACK') {
    // Kysely's rows are whatever the statement returns; here it is the command tag that says what was done.
    return { rows: [{ command } as Row] };
  }
  const isChange = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
  return isChange ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
}
