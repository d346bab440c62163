import type { CutoffList, CutoffSource, GuardKey, KeySource } from '@bindery/guard/issuer';
import { VersionedCache } from './versioned-cache.ts';

/** Where a guard in this process takes keys and cut-offs from. */
export interface GuardSources {
  readonly keys: KeySource;
  readonly cutoffs: CutoffSource;
}

/** Keys and cut-offs also begin and end by the clock, whether the store changes or not. */
const rereadMilliseconds = 1000;
const keysMax = 100;

/**
 * Asks once for all requests that arrived together, that is once per turn of the event loop, whether the store has
 * changed: that takes longer than the rest of a decision. What a turn works off had begun to arrive before it asked, so
 * no change is missed that was acknowledged before a request was sent.
 */
export function oncePerTurn(
  { keys, cutoffs }: GuardSources,
  store: { readonly dataVersion: () => number; readonly now: () => number },
): GuardSources {
  const { now } = store;
  const version = versionPerTurn(store);
  const keyCache = new VersionedCache<string, GuardKey | undefined>({
    version,
    now,
    read: (kid) => keys.find(kid),
    entriesMax: keysMax,
  });
  const listCache = new VersionedCache<'list', CutoffList>({
    version,
    now,
    read: () => cutoffs.current(),
    entriesMax: 1,
  });
  return {
    keys: { find: (kid) => keyCache.get(kid) },
    cutoffs: { current: () => listCache.get('list') },
  };
}

/** A number that grows when the store has changed, seen once per turn, and with each second. */
function versionPerTurn(store: { readonly dataVersion: () => number; readonly now: () => number }): () => number {
  let isFresh = false;
  let seen = Number.NaN;
  let askedAt = 0;
  let version = 0;
  return () => {
    if (isFresh) {
      return version;
    }
    isFresh = true;
    setImmediate(() => {
      isFresh = false;
    });
    const latest = store.dataVersion();
    const now = store.now();
    const age = now - askedAt;
    if (latest !== seen || age < 0 || age >= rereadMilliseconds) {
      seen = latest;
      askedAt = now;
      version += 1;
    }
    return version;
  };
}
