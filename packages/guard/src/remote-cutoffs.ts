import { type CutoffList, type CutoffSource, createCutoffList } from './cutoff-list.ts';
import { cutoffsBytesMax, cutoffsMediaType, cutoffsSignedEverySeconds, cutoffsType } from './cutoff-wire.ts';
import { fetchBody } from './fetch-body.ts';
import { GuardError } from './guard-error.ts';
import type { KeySource } from './keys.ts';
import { readCutoffs } from './signed-cutoffs.ts';

/** Where the list is fetched from, and how; every option is checked already. */
export interface RemoteCutoffsOptions {
  readonly url: string;
  readonly issuer: string;
  readonly keys: KeySource;
  readonly algorithms: ReadonlySet<string>;
  readonly pollSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxStaleSeconds: number;
  readonly whenStale: 'closed' | 'open';
  readonly clockToleranceSeconds: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

const nothingCutOff = createCutoffList(0);

/** Fetches the issuer's list on the first request, and from then on in the background. */
export function createRemoteCutoffs(options: RemoteCutoffsOptions): CutoffSource {
  const pollMs = options.pollSeconds * 1000;
  const staleMaxMs = options.maxStaleSeconds * 1000;
  const signedEveryMs = cutoffsSignedEverySeconds * 1000;
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
      accept: `application/${cutoffsType}, ${cutoffsMediaType}`,
      timeoutMs: options.timeoutSeconds * 1000,
      bytesMax: cutoffsBytesMax,
      etag,
    });
    if (body) {
      const read = await readCutoffs(new TextDecoder().decode(body), options);
      // A replayed older list would bring back what was revoked since.
      if (list && read.list.seq < list.seq) throw new Error('the revocation list is older than the last one');
      if (read.signedAt > options.now() + signedEveryMs) throw new Error('the revocation list is from the future');
      if (read.signedAt < options.now() - signedMaxMs) throw new Error('the revocation list was signed too long ago');
      // The same number is the same list; keeping the object spares every cached token another look-up.
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
          // Kept, not thrown: the last valid list keeps serving, and without one `usableList` reports it.
          failure = error;
        },
      )
      .finally(() => {
        inFlight = undefined;
        if (isClosed) return;
        // Slightly early and with jitter, so that guards do not poll in step.
        timer = setTimeout(() => void refresh(), pollMs * (0.9 + 0.1 * Math.random()));
        // It must not keep the process alive; in browser-like runtimes a timer is a number.
        if (typeof timer === 'object') timer.unref();
      });
    return inFlight;
  }

  function usableList(): CutoffList {
    const now = options.now();
    if (list && now - confirmedAt <= staleMaxMs && now - signedAt <= signedMaxMs) return list;
    // What is known to be revoked stays revoked, even when requests pass without a newer list.
    if (options.whenStale === 'open') return list ?? nothingCutOff;
    throw new GuardError('cutoffs_unavailable', 'the revocation list is unavailable', { cause: failure });
  }

  /** Whether polling has stopped, as it does in a process that was suspended. */
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
