import { type CutoffList, type CutoffSource, createCutoffList } from './cutoff-list.ts';
import { cutoffsType, documentBytesMax, readCutoffs } from './cutoffs-document.ts';
import { fetchBody } from './fetch-body.ts';
import { GuardError } from './guard-error.ts';
import type { KeySource } from './keys.ts';

/** An issuer signs its list anew at least this often, so that an old one cannot be shown for long. */
const signedEveryMs = 60_000;
/** Below the time between two polls, so that one that hangs delays the next by little. */
const timeoutMsDefault = 4_000;

/** Where the list is fetched from, and how. */
export interface RemoteCutoffsOptions {
  readonly url: string;
  readonly issuer: string;
  readonly keys: KeySource;
  readonly algorithms: ReadonlySet<string>;
  /** How often it is fetched, in seconds. */
  readonly pollSeconds: number;
  /** How long the last good list serves when no newer one can be had, in seconds. */
  readonly maxStaleSeconds: number;
  /** What becomes of calls after that, and before the first list. */
  readonly whenStale: 'closed' | 'open';
  readonly clockToleranceSeconds: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** How long one fetch may take, its body included; by default 4 s. */
  readonly timeoutMs?: number;
}

const nothingCutOff = createCutoffList(0);

/** Fetches the issuer's list from the first call on, again and again in the background. */
export function createRemoteCutoffs(options: RemoteCutoffsOptions): CutoffSource {
  const pollMs = options.pollSeconds * 1000;
  const staleMaxMs = options.maxStaleSeconds * 1000;
  const signedMaxMs = signedEveryMs + staleMaxMs + options.clockToleranceSeconds * 1000;
  let list: CutoffList | undefined;
  let etag: string | undefined;
  let signedAt = 0;
  let confirmedAt = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let inFlight: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  async function load(): Promise<void> {
    const { body, ...fetched } = await fetchBody({
      url: options.url,
      fetch: options.fetch,
      accept: `application/${cutoffsType}, application/jwt`,
      timeoutMs: options.timeoutMs ?? timeoutMsDefault,
      bytesMax: documentBytesMax,
      etag,
    });
    if (body) {
      const read = await readCutoffs(new TextDecoder().decode(body), options);
      // Who shows an older list would bring back what was cut off since.
      if (list && read.list.seq < list.seq) throw new Error('the list of cut-offs went back');
      if (read.signedAt > options.now() + signedEveryMs) throw new Error('the list of cut-offs is from the future');
      if (read.signedAt < options.now() - signedMaxMs) throw new Error('the list of cut-offs is an old one');
      // The same number is the same list, and the same object spares every token another look.
      if (read.list.seq !== list?.seq) list = read.list;
      signedAt = read.signedAt;
      etag = fetched.etag;
    }
    confirmedAt = options.now();
  }

  /** Never rejects. One fetch at a time. */
  function refresh(): Promise<void> {
    if (inFlight) return inFlight;
    clearTimeout(timer);
    triedAt = options.now();
    inFlight = load()
      .then(
        () => {
          failure = undefined;
        },
        (error: unknown) => {
          // Kept, not thrown: the last good list serves on, and where there is none `usableList` says so.
          failure = error;
        },
      )
      .finally(() => {
        inFlight = undefined;
        if (isClosed) return;
        // A little early and never at the same moment everywhere.
        timer = setTimeout(() => void refresh(), pollMs * (0.9 + 0.1 * Math.random()));
        // Nothing waits for it; a browser-like runtime has numbers for timers.
        if (typeof timer === 'object') timer.unref();
      });
    return inFlight;
  }

  function usableList(): CutoffList {
    const now = options.now();
    if (list && now - confirmedAt <= staleMaxMs && now - signedAt <= signedMaxMs) return list;
    // What is known to be cut off stays so, whoever is let in without a newer list.
    if (options.whenStale === 'open') return list ?? nothingCutOff;
    throw new GuardError('cutoffs_unavailable', 'what was cut off cannot be known at the moment', { cause: failure });
  }

  /** Whether polling has stood still, as it does in a process that was suspended. */
  function isOverdue(): boolean {
    const age = options.now() - triedAt;
    return age < 0 || age >= 2 * pollMs;
  }

  return {
    current() {
      if (inFlight && !list) return inFlight.then(usableList);
      if (!isClosed && !inFlight && isOverdue()) return refresh().then(usableList);
      return usableList();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
