// Runs in a thread of its own: reads for `ReaderThreads`, one at a time, so that no read holds the loop of the server.
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite, { type Statement } from 'better-sqlite3';
import type { ReadAnswer, ReadRequest } from './reader-threads.ts';

const statementsMax = 200;

const { file } = workerData as { readonly file: string };
// Not opened read-only: it also copies the write-ahead log into the file, which `query_only` allows.
const database = new BetterSqlite(file, { fileMustExist: true });
database.pragma('busy_timeout = 5000');
database.pragma('query_only = ON');
const statements = new Map<string, Statement>();

parentPort?.on('message', ({ sql, parameters }: ReadRequest) => parentPort?.postMessage(answer(sql, parameters)));

function answer(text: string, parameters: readonly unknown[]): ReadAnswer {
  try {
    return { rows: prepare(text).all(parameters) };
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: unknown };
    return { error: { message, code: typeof code === 'string' ? code : undefined } };
  }
}

function prepare(text: string): Statement {
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
