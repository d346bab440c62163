import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
} from 'kysely';
import type { Schema } from './schema.ts';
import { Turns } from './turns.ts';
import { isStatementTimeout, ReadRefusedError } from './unavailable.ts';

/** A read takes at most this long; on PostgreSQL it is the limit of every statement. */
export const readMilliseconds = 5000;

const waitingPerPartyMax = 20;
const waitingMax = 200;

/** The party of those who read of the whole instance: its operators. */
export const instanceParty = 'instance';

/** What a caller is told whose read took too long. */
export const tooSlow = 'this took too long to read; ask for less, such as a shorter period';

/** Reads that may take long, kept apart from what issues tokens. */
export interface Reader {
  /** The queries of one party, such as an organization: parties take turns. */
  of(party: string): Kysely<Schema>;
}

/** Lets reads take turns on the connections of a dialect, `atOnce` at a time; one party never has all of them. */
export function createReader(dialect: Dialect, driver: Driver, atOnce: number): Reader {
  const turns = new Turns({
    atOnce,
    atOncePerParty: Math.max(1, Math.floor(atOnce / 2)),
    waitingPerParty: waitingPerPartyMax,
    waiting: waitingMax,
    waitMilliseconds: readMilliseconds,
  });
  return {
    of: (party) =>
      new Kysely<Schema>({
        dialect: {
          createDriver: () => new TurnTakingDriver(driver, turns, party),
          createQueryCompiler: () => dialect.createQueryCompiler(),
          createAdapter: () => dialect.createAdapter(),
          createIntrospector: (db) => dialect.createIntrospector(db),
        },
      }),
  };
}

/** Waits for its turn before it takes a connection. */
class TurnTakingDriver implements Driver {
  readonly #driver: Driver;
  readonly #turns: Turns;
  readonly #party: string;

  constructor(driver: Driver, turns: Turns, party: string) {
    this.#driver = driver;
    this.#turns = turns;
    this.#party = party;
  }

  async init(): Promise<void> {
    // Connections are made when they are needed.
  }

  async acquireConnection(): Promise<ReadingConnection> {
    const endTurn = await this.#turns.take(this.#party);
    try {
      return new ReadingConnection(await this.#driver.acquireConnection(), endTurn);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    // Only connections of this driver come here.
    const { inner, endTurn } = connection as ReadingConnection;
    try {
      await this.#driver.releaseConnection(inner);
    } finally {
      endTurn();
    }
  }

  beginTransaction(): Promise<void> {
    return refuseToWrite();
  }

  commitTransaction(): Promise<void> {
    return refuseToWrite();
  }

  rollbackTransaction(): Promise<void> {
    return refuseToWrite();
  }

  async destroy(): Promise<void> {
    // The connections belong to the store, which closes them.
  }
}

class ReadingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly endTurn: () => void;

  constructor(inner: DatabaseConnection, endTurn: () => void) {
    this.inner = inner;
    this.endTurn = endTurn;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return await this.inner.executeQuery<Row>(query);
    } catch (cause) {
      throw isStatementTimeout(cause) ? new ReadRefusedError(tooSlow, { cause }) : cause;
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for it, and nothing here streams
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed');
  }
}

async function refuseToWrite(): Promise<never> {
  throw new Error('a reader has no transactions');
}
