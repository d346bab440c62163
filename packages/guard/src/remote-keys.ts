import { fetchBody } from './fetch-body.ts';
import { GuardError } from './guard-error.ts';
import { parseJwks } from './jwks.ts';
import type { GuardKey, KeySource } from './keys.ts';

/** After a failed fetch the next one waits this long. */
const retryAfterMs = 5_000;
const bodyBytesMax = 1024 * 1024;

/** The times of `JwksOptions`, in seconds. */
export type JwksTimings = Readonly<
  Record<'refreshSeconds' | 'maxAgeSeconds' | 'cooldownSeconds' | 'timeoutSeconds' | 'maxStaleSeconds', number>
>;

/** Where keys are fetched from, and how; every option is checked already. */
export interface RemoteKeysOptions extends JwksTimings {
  readonly url: string;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

/** Fetches keys from a JWKS endpoint; see `JwksOptions` for how often. */
export function createRemoteKeys(options: RemoteKeysOptions): KeySource {
  const refreshMs = options.refreshSeconds * 1000;
  const maxAgeMs = options.maxAgeSeconds * 1000;
  const cooldownMs = options.cooldownSeconds * 1000;
  const staleMaxMs = options.maxStaleSeconds * 1000;
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
        timeoutMs: options.timeoutSeconds * 1000,
        bytesMax: bodyBytesMax,
      });
      keys = await parseJwks(body ?? new Uint8Array());
      loadedAt = triedAt;
      failure = undefined;
    } catch (error) {
      // Kept, not thrown: the last keys keep serving, and without any `usableKeys` reports it.
      failure = error;
    } finally {
      inFlight = undefined;
    }
  }

  /** Never rejects. One fetch at a time; none within `pauseMs` of the last one, or `retryAfterMs` of a failed one. */
  function refresh(pauseMs: number): Promise<void> | undefined {
    if (inFlight) return inFlight;
    if (options.now() - triedAt < (failure === undefined ? pauseMs : retryAfterMs)) return undefined;
    inFlight = load();
    return inFlight;
  }

  function usableKeys(): ReadonlyMap<string, GuardKey> {
    if (keys && options.now() - loadedAt < staleMaxMs) return keys;
    throw new GuardError('keys_unavailable', "the issuer's signing keys are unavailable", { cause: failure });
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
      if (age >= maxAgeMs) return findAfter(refresh(0), kid);
      if (age >= refreshMs) void refresh(0);
      return keys?.get(kid) ?? findAfter(undefined, kid);
    },
  };
}
