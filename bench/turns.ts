import type { LoadOptions, LoadResult } from './load.ts';
import { load, processorTimeOf, type Served } from './processes.ts';

/** One turn of the load generator. */
export interface Turn extends LoadResult {
  /** Of the server, for one request; undefined where the system does not say. */
  readonly processorMicroseconds: number | undefined;
}

/** Medians over the rounds; times in milliseconds. */
export interface Summary {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the server, for one request. */
  readonly processorMicroseconds: number;
  readonly rounds: readonly Turn[];
}

/** One turn under load, with the processor time of the server: it says more than the clock where others work too. */
export async function takeTurn({ url, pid }: Served, options: Omit<LoadOptions, 'url'>): Promise<Turn> {
  const before = processorTimeOf(pid);
  const result = await load({ ...options, url });
  const after = processorTimeOf(pid);
  const processorMicroseconds =
    before === undefined || after === undefined ? undefined : (after - before) / result.requests;
  return { ...result, processorMicroseconds };
}

/** The medians of some turns. */
export function summarize(turns: readonly Turn[]): Summary {
  return {
    perSecond: median(turns.map((turn) => turn.perSecond)),
    p50: median(turns.map((turn) => turn.p50)),
    p99: median(turns.map((turn) => turn.p99)),
    processorMicroseconds: median(turns.map((turn) => turn.processorMicroseconds ?? Number.NaN)),
    rounds: turns,
  };
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}

/** The cells of a table for some turns: per second, p50, p99 and processor time. */
export function cells({ perSecond, p50, p99, processorMicroseconds }: Summary): string {
  return `${perSecond.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${processorMicroseconds.toFixed(0)}`;
}
