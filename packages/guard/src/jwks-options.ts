import { jwksPath } from './issuer-paths.ts';
import type { KeySource } from './keys.ts';
import { parseGroup, parseSeconds, refuseBesidesSource } from './option-values.ts';
import { createRemoteKeys, type JwksTimings } from './remote-keys.ts';
import { type FetchPolicy, parseFetchUrl, urlBelow } from './url.ts';

/** How a guard gets the issuer's signing keys (RFC 7517 §5). All times are in seconds. */
export interface JwksOptions {
  /** Where the key set is; by default `<issuer>/.well-known/jwks.json`. https, or http on loopback. */
  readonly url?: string;
  /** Keys of this age are fetched again in the background while they serve: 1 to 86,400, by default 300. */
  readonly refreshSeconds?: number;
  /**
   * Keys of this age make a request wait for new ones, so that a withdrawn key stops verifying within this time:
   * `refreshSeconds` to 86,400, by default 600.
   */
  readonly maxAgeSeconds?: number;
  /** An unknown `kid` causes one fetch, and then none for this long: 1 to 3,600, by default 30. */
  readonly cooldownSeconds?: number;
  /** How long one fetch may take, body included: 0.1 to 60, by default 5. */
  readonly timeoutSeconds?: number;
  /** How long the last keys serve while the issuer is unreachable: `maxAgeSeconds` to 604,800, by default 86,400. */
  readonly maxStaleSeconds?: number;
  /** The keys themselves, for a guard in the issuer's process; cannot be combined with the other options. */
  readonly source?: KeySource;
}

const knownOptions: Record<keyof JwksOptions, true> = {
  url: true,
  refreshSeconds: true,
  maxAgeSeconds: true,
  cooldownSeconds: true,
  timeoutSeconds: true,
  maxStaleSeconds: true,
  source: true,
};

const daySeconds = 86_400;

/** Checks the options and makes the source of keys; throws a TypeError when one is wrong. */
export function parseJwksOptions(options: JwksOptions | undefined, policy: FetchPolicy): KeySource {
  const given = parseGroup<JwksOptions>('jwks', options, knownOptions);
  if (given.source !== undefined) {
    refuseBesidesSource('jwks', given);
    // An array has a function of that name too.
    if (typeof given.source?.find !== 'function' || Array.isArray(given.source)) {
      throw new TypeError('jwks.source needs a function find');
    }
    return given.source;
  }
  const url = given.url ?? urlBelow(policy.issuer, jwksPath);
  return createRemoteKeys({
    ...parseJwksTimings(given),
    url: parseFetchUrl('jwks.url', url, policy.allowInsecureRequests),
    now: policy.now,
    fetch: policy.fetch,
  });
}

/** Reads the times, with every default filled in. */
export function parseJwksTimings(given: Partial<JwksOptions>): JwksTimings {
  const refreshSeconds = parseSeconds('jwks.refreshSeconds', given.refreshSeconds ?? 300, 1, daySeconds);
  const maxAgeSeconds = parseSeconds(
    'jwks.maxAgeSeconds',
    given.maxAgeSeconds ?? Math.max(600, refreshSeconds),
    refreshSeconds,
    daySeconds,
  );
  return {
    refreshSeconds,
    maxAgeSeconds,
    cooldownSeconds: parseSeconds('jwks.cooldownSeconds', given.cooldownSeconds ?? 30, 1, 3600),
    timeoutSeconds: parseSeconds('jwks.timeoutSeconds', given.timeoutSeconds ?? 5, 0.1, 60),
    maxStaleSeconds: parseSeconds(
      'jwks.maxStaleSeconds',
      given.maxStaleSeconds ?? daySeconds,
      maxAgeSeconds,
      7 * daySeconds,
    ),
  };
}
