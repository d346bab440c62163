import { fetchBody } from './fetch-body.ts';
import { GuardError } from './guard-error.ts';
import { parseJwks } from './jwks.ts';
import type { GuardKey, KeySource } from './keys.ts';

/** From this age on the keys are fetched again, while the old ones serve. */
const refreshAfterMs = 5 * 60_000;
/** From this age on a call waits for the new keys: a withdrawn key dies within this time. */
const expireAfterMs = 10 * 60_000;
/** When the issuer cannot be reached, its last keys serve for this long. */
const staleMaxMs = 24 * 3_600_000;
/** An unknown `kid` makes one fetch, and then none for this long. */
const cooldownMs = 30_000;
/** After a failed fetch the next one waits for this long. */
const retryAfterMs = 5_000;
const timeoutMsDefault = 5_000;
const bodyBytesMax = 1024 * 1024;

/** Where keys are fetched from, and how. */
export interface RemoteKeysOptions {
  readonly url: string;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** How long one fetch may take, its body included; by default 5 s. */
  readonly timeoutMs?: number;
}

/** Fetches keys from a JWKS endpoint; see the constants above for how often. */
export function createRemoteKeys(options: RemoteKeysOptions): KeySource {
  let keys: ReadonlyMap<string, GuardKey> | undefined;
  let loadedAt = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let inFlight: Promise<void> | undefined;

  async function load(): Promise<void> {
    triedAt = options.now();
    try {
      const { body } = await fetchBody({
        url: options.url,
        fetch: options.fetch,
        accept: 'application/jwk-set+json, application/json',
        timeoutMs: options.timeoutMs ?? timeoutMsDefault,
        bytesMax: bodyBytesMax,
      });
      keys = await parseJwks(body ?? new Uint8Array());
      loadedAt = triedAt;
      failure = undefined;
    } catch (error) {
      // Kept, not thrown: the last good keys serve on, and where there are none `usableKeys` says so.
      failure = error;
    } finally {
      inFlight = undefined;
    }
  }

  /** Never rejects. One fetch at a time; none while the last failure or `pauseMs` is too fresh. */
  function refresh(pauseMs: number): Promise<void> | undefined {
    if (inFlight) return inFlight;
    if (options.now() - triedAt < (failure === undefined ? pauseMs : retryAfterMs)) return undefined;
    inFlight = load();
    return inFlight;
  }

  function usableKeys(): ReadonlyMap<string, GuardKey> {
    if (keys && options.now() - loadedAt < staleMaxMs) return keys;
    throw new GuardError('keys_unavailable', 'the keys of the issuer cannot be had at the moment', { cause: failure });
  }

  async function findAfter(pending: Promise<void> | undefined, kid: string): Promise<GuardKey | undefined> {
    await pending;
    const found = usableKeys().get(kid);
    if (found) return found;
    await refresh(cooldownMs);
    return usableKeys().get(kid);
  }

  return {
    find(kid) {
      const age = keys ? options.now() - loadedAt : Number.POSITIVE_INFINITY;
      if (age >= expireAfterMs) return findAfter(refresh(0), kid);
      if (age >= refreshAfterMs) void refresh(0);
      return keys?.get(kid) ?? findAfter(undefined, kid);
    },
  };
}
