import { type CutoffList, type CutoffSource, createCutoffList, extendCutoffList } from './cutoff-list.ts';
import {
  cutoffKinds,
  cutoffsBytesMax,
  cutoffsMediaType,
  cutoffsSignedEverySeconds,
  cutoffsSinceParameter,
  cutoffsType,
} from './cutoff-wire.ts';
import { fetchBody } from './fetch-body.ts';
import { GuardError } from './guard-error.ts';
import type { KeySource } from './keys.ts';
import { readCutoffs, type SignedCutoffs } from './signed-cutoffs.ts';

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

interface Fetched extends SignedCutoffs {
  readonly etag: string | undefined;
}

/** Entries that have expired stay in a list that is only added to, until there are this many of them. */
const expiredEntriesMax = 1000;

/** Whether a list to which a part was added can be the full one; otherwise the full one has to be fetched. */
function isPlausible({ seq, cutoffs }: CutoffList, { seq: signedSeq, delta }: SignedCutoffs): boolean {
  const size = cutoffKinds.reduce((sum, kind) => sum + cutoffs[kind].size, 0);
  const count = delta?.count ?? size;
  return seq === signedSeq && size >= count && size <= 2 * count + expiredEntriesMax;
}

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
    const read = await fetchList(list?.seq, etag);
    if (read) await keep(read);
    confirmedAt = options.now();
  }

  /** Fetches what came after a number, or without one the full list; undefined if nothing has changed. */
  async function fetchList(since?: number, knownEtag?: string): Promise<Fetched | undefined> {
    const url = new URL(options.url);
    if (since !== undefined) url.searchParams.set(cutoffsSinceParameter, String(since));
    const { body, ...fetched } = await fetchBody({
      url: url.href,
      fetch: options.fetch,
      accept: `application/${cutoffsType}, ${cutoffsMediaType}`,
      timeoutMs: options.timeoutSeconds * 1000,
      bytesMax: cutoffsBytesMax,
      etag: knownEtag,
    });
    if (!body) return undefined;
    const read = await readCutoffs(new TextDecoder().decode(body), options);
    // A replayed older list would bring back what was revoked since.
    if (list && read.seq < list.seq) throw new Error('the revocation list is older than the last one');
    if (read.signedAt > options.now() + signedEveryMs) throw new Error('the revocation list is from the future');
    if (read.signedAt < options.now() - signedMaxMs) throw new Error('the revocation list was signed too long ago');
    return { ...read, etag: fetched.etag };
  }

  async function keep(read: Fetched): Promise<void> {
    if (!read.delta) {
      // The same number is the same list; keeping the object spares every cached token another look-up.
      if (read.seq !== list?.seq) list = createCutoffList(read.seq, read.entries);
    } else if (read.delta.from === list?.seq) {
      list = extendCutoffList(list, read.seq, read.entries);
    }
    if (read.delta && !(list && isPlausible(list, read))) {
      const full = await fetchList();
      if (!full || full.delta) throw new Error('the full revocation list is not available');
      list = createCutoffList(full.seq, full.entries);
      ({ signedAt, etag } = full);
      return;
    }
    ({ signedAt, etag } = read);
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
