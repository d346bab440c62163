import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { tooSlow } from '../reader.ts';
import { ReadRefusedError, StoreUnavailableError } from '../unavailable.ts';

/** What a thread is asked. */
export interface ReadRequest {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What it answers. */
export type ReadAnswer =
  | { readonly rows: readonly unknown[] }
  | { readonly error: { readonly message: string; readonly code: string | undefined } };

/** How many reads run at once. */
export const readerThreadsMax = 2;
/**
 * SQLite cannot be interrupted from JavaScript. A thread that exceeds the deadline is abandoned and ends by itself; no more
 * than this many run at a time.
 */
const givenUpMax = 2;

/** Reads in threads that have connections of their own. A thread is started when it is needed. */
export class ReaderThreads implements Driver {
  readonly #file: string;
  readonly #deadlineMilliseconds: number;
  readonly #free: ReaderThread[] = [];
  readonly #all = new Set<ReaderThread>();

  constructor(file: string, deadlineMilliseconds: number) {
    this.#file = file;
    this.#deadlineMilliseconds = deadlineMilliseconds;
  }

  async init(): Promise<void> {
    // Threads are started when they are needed.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const free = this.#free.pop() ?? this.#start();
    return new ThreadConnection(free);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    // Only connections of this driver come here.
    const { thread } = connection as ThreadConnection;
    if (!thread.isLost) {
      this.#free.push(thread);
    }
  }

  #start(): ReaderThread {
    if (this.#all.size >= readerThreadsMax + givenUpMax) {
      throw new ReadRefusedError('earlier reads are still running; try again in a few seconds');
    }
    const thread = new ReaderThread(this.#file, this.#deadlineMilliseconds, () => {
      this.#all.delete(thread);
      const index = this.#free.indexOf(thread);
      if (index !== -1) {
        this.#free.splice(index, 1);
      }
    });
    this.#all.add(thread);
    return thread;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('a reader has no transactions');
  }

  async commitTransaction(): Promise<void> {
    throw new Error('a reader has no transactions');
  }

  async rollbackTransaction(): Promise<void> {
    throw new Error('a reader has no transactions');
  }

  /** Ends the threads; what they still read is not waited for. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly thread: ReaderThread;

  constructor(thread: ReaderThread) {
    this.thread = thread;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    // The rows are what the statement selects.
    return { rows: (await this.thread.read({ sql, parameters })) as Row[] };
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for it, and nothing here streams
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed');
  }
}

class ReaderThread {
  readonly #worker: Worker;
  readonly #deadlineMilliseconds: number;
  #pending: PromiseWithResolvers<readonly unknown[]> | undefined;
  #isLost = false;

  constructor(file: string, deadlineMilliseconds: number, onExit: () => void) {
    this.#deadlineMilliseconds = deadlineMilliseconds;
    // Compiled or not, the thread's program stands beside this one and ends as it does.
    const program = new URL(`./reader-thread${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(program, { workerData: { file }, name: 'bindery reader' });
    this.#worker.unref();
    this.#worker.on('message', (answer: ReadAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#lose(new StoreUnavailableError('the reader thread failed', { cause })));
    this.#worker.on('exit', () => {
      this.#lose(new StoreUnavailableError('the reader thread ended'));
      onExit();
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  async read(request: ReadRequest): Promise<readonly unknown[]> {
    if (this.#isLost) {
      throw new StoreUnavailableError('the reader thread ended');
    }
    const pending = Promise.withResolvers<readonly unknown[]>();
    this.#pending = pending;
    const timer = setTimeout(() => {
      this.#lose(new ReadRefusedError(tooSlow));
      void this.#worker.terminate();
    }, this.#deadlineMilliseconds);
    try {
      this.#worker.postMessage(request);
      return await pending.promise;
    } finally {
      clearTimeout(timer);
      this.#pending = undefined;
    }
  }

  async end(): Promise<void> {
    this.#lose(new StoreUnavailableError('the store is closed'));
    await this.#worker.terminate();
  }

  #settle(answer: ReadAnswer): void {
    if ('rows' in answer) {
      this.#pending?.resolve(answer.rows);
      return;
    }
    const { message, code } = answer.error;
    this.#pending?.reject(Object.assign(new Error(message), code === undefined ? {} : { code }));
  }

  #lose(error: Error): void {
    this.#isLost = true;
    this.#pending?.reject(error);
  }
}
