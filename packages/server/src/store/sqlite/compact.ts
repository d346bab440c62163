import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite, { type Database as SqliteDatabase } from 'better-sqlite3';
import { ApiError, ConfigurationError } from '../../errors.ts';

/** The size of a store's file, in bytes. */
export interface CompactedStore {
  readonly location: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Rewrites the embedded database without its unused pages; from then on a server gives them back by itself. Throws
 * `conflict` while anything else has the store open, and a `ConfigurationError` if there is none.
 */
export function compactSqlite(dataDir: string): CompactedStore {
  const location = join(dataDir, 'bindery.db');
  if (!existsSync(location)) {
    throw new ConfigurationError([
      `there is no store at ${location}: set BINDERY_DATA_DIR to the folder of the server`,
    ]);
  }
  const bytesBefore = statSync(location).size;
  const database = new BetterSqlite(location, { fileMustExist: true, timeout: 0 });
  try {
    lock(database, location);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.exec('vacuum');
    database.pragma('wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
  return { location, bytesBefore, bytesAfter: statSync(location).size };
}

/** Takes the file for this connection alone, until it is closed. */
function lock(database: SqliteDatabase, location: string): void {
  database.pragma('locking_mode = EXCLUSIVE');
  try {
    database.exec('begin exclusive; commit');
  } catch (cause) {
    if (cause instanceof BetterSqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new ApiError('conflict', `the store at ${location} is in use: stop the server first`, { cause });
    }
    throw cause;
  }
}
