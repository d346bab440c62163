import { setTimeout as wait } from 'node:timers/promises';
import type { RemovalStep } from '../store/database.ts';

/** One kind of data that is deleted once it has expired. */
export interface Removal {
  /** For the log. */
  readonly name: string;
  /** Deletes up to `limit`; tells how many, and how long that took. */
  readonly remove: (limit: number) => Promise<RemovalStep>;
}

/** How much is removed at a time. */
export interface Pace {
  /** What a step should take at most; the number of rows follows what the last one took. */
  readonly stepMilliseconds: number;
  readonly rowsMax: number;
  /** After this the other kinds have their turn; the rest waits for the next round. */
  readonly roundMilliseconds: number;
}

const rowsAtFirst = 50;
const rowsMin = 20;
/** Steps take at most a quarter of the time. */
const pauseFactor = 3;
const pauseMillisecondsMin = 10;

/** Deletes one kind step by step, with pauses; resolves to whether there is more. */
export async function removeInSteps(
  { remove }: Removal,
  pace: Pace,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: () => number },
): Promise<boolean> {
  const until = clock() + pace.roundMilliseconds;
  let rows = rowsAtFirst;
  while (!signal.aborted) {
    const { removed, milliseconds } = await remove(rows);
    if (removed === 0) {
      return false;
    }
    if (clock() >= until) {
      return true;
    }
    rows = nextRows(rows, milliseconds, pace);
    const pause = Math.max(pauseMillisecondsMin, milliseconds * pauseFactor);
    await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return true;
}

/** As many as should fit into a step, going by the last one; at most twice as many as that. */
export function nextRows(rows: number, milliseconds: number, { stepMilliseconds, rowsMax }: Pace): number {
  const fitting = Math.floor((rows * stepMilliseconds) / Math.max(milliseconds, 0.1));
  return Math.max(rowsMin, Math.min(fitting, rows * 2, rowsMax));
}
