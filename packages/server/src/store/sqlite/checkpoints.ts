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
/**
 * Should nobody copy it, the connection that writes does, which holds everybody up (pages of 4 KiB).
 */
export const walPagesMax = 16_000;

/** Copies the write-ahead log into the file, as long as it is not stopped. */
export interface Checkpoints {
  /** Copies it at the next look, however short it is: a file gets smaller only then. */
  soon(): void;
  stop(): void;
}

const everyMilliseconds = 1000;
/** So few pages are left over from a copy in the background only by the commits that came meanwhile. */
const leftOverPagesMax = 200;
const checkpoint = CompiledQuery.raw('pragma wal_checkpoint(passive)');

/**
 * Copies the write-ahead log into the file from a reader's thread, so that no commit has to: beside a steady stream of
 * commits it never gets to the end of the log, so that the little that is left is copied here, between two of them.
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
      // Another time: the log grows meanwhile, and nothing is lost.
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
