import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite, { type Database as SqliteDatabase, type Statement } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { ConfigurationError } from '../../errors.ts';
import type { Backend, OpenMode } from '../database.ts';
import { createMemoryLimiter } from '../rate-limits.ts';
import { createReader, readMilliseconds } from '../reader.ts';
import type { Schema } from '../schema.ts';
import { startCheckpoints, walBytesKept, walPagesMax } from './checkpoints.ts';
import { ReaderThreads, readerThreadsMax } from './reader-threads.ts';

/** What Bindery needs from an embedded database; better-sqlite3 has it, and node:sqlite could be adapted. */
interface EmbeddedDatabase {
  readonly dialect: Dialect;
  /** Runs statements in one synchronous transaction: nothing can get in between, and there is one disk write. */
  runTogether(statements: readonly CompiledQuery[]): void;
  /** Differs from the last one if another connection has changed the database. */
  dataVersion(): number;
  /** Whether commits wait until they are on disk. */
  waitForDisk(isWaiting: boolean): void;
  /** Returns up to `limit` unused pages to the file system; returns how many. */
  releasePages(limit: number): number;
}

/** Unused pages that stay in the file, or a tenth of it if that is more: new rows reuse them. */
const unusedPagesKept = 1000;

/** Opens the embedded database in the data folder; with `create`, creates folder and file. */
export function openSqlite(dataDir: string, mode: OpenMode): Backend {
  const file = join(dataDir, 'bindery.db');
  if (mode === 'existing' && !existsSync(file)) {
    throw new ConfigurationError([
      `there is no store at ${file}: set BINDERY_DATA_DIR to the folder of the running server, or create a new store with: bindery migrate`,
    ]);
  }
  const embedded = openFile(dataDir, file, mode);
  const queries = new Kysely<Schema>({ dialect: embedded.dialect });
  // A command has its process to itself: nobody waits for its event loop.
  const background = mode === 'create' ? openBackground(file, embedded.dialect, queries) : undefined;
  return {
    kind: 'sqlite',
    queries,
    reader: background?.reader ?? { of: () => queries },
    location: file,
    runTogether: (statements) =>
      // Through Kysely's connection, so that it never ends up inside another transaction.
      queries.connection().execute(async () => embedded.runTogether(statements)),
    transaction: (action) => queries.transaction().execute(action),
    createLimiter: createMemoryLimiter,
    dataVersion: () => embedded.dataVersion(),
    clock: undefined,
    hasTable: async (name, on) => {
      const found = await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(on);
      return found.rows.length > 0;
    },
    // BEGIN IMMEDIATE is the lock.
    migrating: (action) => queries.transaction().execute(action),
    removing: (step) =>
      queries.connection().execute(async (connection) => {
        // The next commit of anything else waits for the disk, and with it for this.
        embedded.waitForDisk(false);
        const began = performance.now();
        try {
          return { removed: await step(connection), milliseconds: performance.now() - began };
        } finally {
          embedded.waitForDisk(true);
        }
      }),
    async releasePages(limit) {
      const released = await queries.connection().execute(async () => embedded.releasePages(limit));
      if (released > 0) {
        background?.checkpoints.soon();
      }
      return released;
    },
    async close() {
      await background?.close();
      await queries.destroy();
    },
  };
}

/** What a server does in threads: long reads, and copying the write-ahead log into the file. */
function openBackground(file: string, dialect: Dialect, writer: Kysely<Schema>) {
  const threads = new ReaderThreads(file, readMilliseconds);
  const reader = createReader(dialect, threads, readerThreadsMax);
  const checkpoints = startCheckpoints(`${file}-wal`, { reader: reader.of('checkpoints'), writer });
  return {
    reader,
    checkpoints,
    async close() {
      checkpoints.stop();
      await threads.destroy();
    },
  };
}

function openFile(dataDir: string, file: string, mode: OpenMode): EmbeddedDatabase {
  try {
    if (mode === 'create') {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    }
    const embedded = openEmbedded(file, mode);
    chmodSync(file, 0o600);
    return embedded;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError([`the store at ${file} cannot be opened: ${reason}`], { cause });
  }
}

/** Opens an embedded database whose acknowledged writes survive a power cut. */
function openEmbedded(file: string, mode: OpenMode): EmbeddedDatabase {
  const database = new BetterSqlite(file, { fileMustExist: mode === 'existing' });
  // Before journal_mode: two processes that start at once must wait for each other.
  database.pragma('busy_timeout = 5000');
  // Takes effect only while the file has no tables.
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`journal_size_limit = ${walBytesKept}`);
  if (mode === 'create') {
    database.pragma(`wal_autocheckpoint = ${walPagesMax}`);
  }
  const statements = new Map<string, Statement>();
  const prepare = (text: string): Statement => prepareOnce(database, statements, text);
  const dataVersion = database.prepare('PRAGMA data_version').pluck();
  const together = database.transaction((queries: readonly CompiledQuery[]) => {
    for (const { sql, parameters } of queries) {
      prepare(sql).run(parameters);
    }
  });
  return {
    dialect: new EmbeddedDialect({ prepare, close: () => database.close() }),
    runTogether: (queries) => together.immediate(queries),
    dataVersion: () => Number(dataVersion.get()),
    waitForDisk: (isWaiting) => void database.pragma(`synchronous = ${isWaiting ? 'FULL' : 'NORMAL'}`),
    releasePages: (limit) => releasePages(database, limit),
  };
}

function releasePages(database: SqliteDatabase, limit: number): number {
  const count = (pragma: string) => Number(database.pragma(pragma, { simple: true }));
  const before = count('freelist_count');
  const spare = before - Math.max(unusedPagesKept, Math.floor(count('page_count') / 10));
  if (spare <= 0) {
    return 0;
  }
  // A file that was made before version 0.2 keeps its pages, until `bindery compact`.
  database.pragma(`incremental_vacuum(${Math.min(limit, spare)})`);
  return before - count('freelist_count');
}

const statementsMax = 500;

function prepareOnce(database: SqliteDatabase, statements: Map<string, Statement>, text: string): Statement {
  const known = statements.get(text);
  if (known !== undefined) {
    return known;
  }
  const statement = database.prepare(text);
  if (statements.size < statementsMax) {
    statements.set(text, statement);
  }
  return statement;
}

class EmbeddedDialect implements Dialect {
  readonly #database: ConstructorParameters<typeof SqliteDriver>[0]['database'];

  constructor(database: ConstructorParameters<typeof SqliteDriver>[0]['database']) {
    this.#database = database;
  }

  createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database });
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(db: ConstructorParameters<typeof SqliteIntrospector>[0]): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Takes the write lock at BEGIN: a transaction that reads first and then writes cannot fail in the middle. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}
