import { stat } from 'node:fs/promises';
import { CompiledQuery, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { isStoreUnavailable } from '../unavailable.ts';

/** What `PRAGMA wal_checkpoint` answers: pages in the log, and how many of them are in the file now. */
interface CheckpointRow {
  readonly log: number;
  readonly checkpointed: number;
}

/** The write-ahead log is copied into the file when it is longer than this, and is cut to this once it is copied. */
export const walBytesKept = 4 * 1024 * 1024;
/** In pages of 4 KiB: beyond this the writing connection copies the log itself, which blocks the event loop. */
export const walPagesMax = 16_000;

/** Copies the write-ahead log into the file, as long as it is not stopped. */
export interface Checkpoints {
  /** Copies it at the next look, however short it is: a file gets smaller only then. */
  soon(): void;
  stop(): void;
}

const everyMilliseconds = 1000;
/** More pages than this remain only if a read kept the thread from copying them. */
const leftOverPagesMax = 200;
const checkpoint = CompiledQuery.raw('pragma wal_checkpoint(passive)');

/**
 * Copies the write-ahead log into the file from a reader thread, so that no commit has to. Under constant writes the thread
 * never reaches the end of the log, so the few pages that remain are copied here, between two commits.
 */
export function startCheckpoints(
  walFile: string,
  { reader, writer }: { readonly reader: Kysely<Schema>; readonly writer: Kysely<Schema> },
): Checkpoints {
  let isRunning = false;
  let isDue = false;
  const look = async (): Promise<void> => {
    if (isRunning || !(isDue || (await sizeOf(walFile)) > walBytesKept)) {
      return;
    }
    isRunning = true;
    isDue = false;
    try {
      await reader.executeQuery(checkpoint);
      const [row] = (await reader.executeQuery<CheckpointRow>(checkpoint as CompiledQuery<CheckpointRow>)).rows;
      if (row !== undefined && row.log - row.checkpointed <= leftOverPagesMax) {
        await writer.executeQuery(checkpoint);
      }
    } catch (error) {
      // The next look tries again; until then the log grows.
      if (!isStoreUnavailable(error)) {
        throw error;
      }
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void look(), everyMilliseconds).unref();
  return {
    soon: () => {
      isDue = true;
    },
    stop: () => clearInterval(timer),
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
