import type { CutoffSource } from './cutoff-list.ts';
import { cutoffsMaxStaleSeconds, cutoffsPath } from './cutoff-wire.ts';
import type { KeySource } from './keys.ts';
import { parseGroup, parseSeconds, refuseBesidesSource } from './option-values.ts';
import { createRemoteCutoffs } from './remote-cutoffs.ts';
import { type FetchPolicy, parseFetchUrl, urlBelow } from './url.ts';

/** How a guard learns which tokens were revoked before they expired. All times are in seconds. */
export interface CutoffOptions {
  /** Where the issuer's list is; by default `<issuer>/.well-known/bindery-cutoffs`. https, or http on loopback. */
  readonly url?: string;
  /** How often the list is fetched: 1 to 60, by default 5. */
  readonly pollSeconds?: number;
  /** How long one fetch may take, body included: 0.1 to 60, by default 4, so that one that hangs delays little. */
  readonly timeoutSeconds?: number;
  /** How long the last valid list serves when no newer one is available: 10 to 86,400, by default 300. */
  readonly maxStaleSeconds?: number;
  /** After that, and before the first list: `closed` (the default) refuses every request with 503, `open` refuses none. */
  readonly whenStale?: 'closed' | 'open';
  /** The list itself, for a guard in the issuer's process; cannot be combined with the other options. */
  readonly source?: CutoffSource;
}

const knownOptions: Record<keyof CutoffOptions, true> = {
  url: true,
  pollSeconds: true,
  timeoutSeconds: true,
  maxStaleSeconds: true,
  whenStale: true,
  source: true,
};

/** What the list is verified with. */
interface CutoffPolicy extends FetchPolicy {
  readonly keys: KeySource;
  readonly algorithms: ReadonlySet<string>;
  readonly clockToleranceSeconds: number;
}

/** Checks the options; throws a TypeError when one is wrong. Only `false` switches the list off. */
export function parseCutoffOptions(
  options: false | CutoffOptions | undefined,
  { allowInsecureRequests, ...policy }: CutoffPolicy,
): CutoffSource | undefined {
  if (options === false) return undefined;
  const given = parseGroup<CutoffOptions>('cutoffs', options, knownOptions);
  if (given.source !== undefined) {
    refuseBesidesSource('cutoffs', given);
    if (typeof given.source?.current !== 'function') throw new TypeError('cutoffs.source needs a function current');
    return given.source;
  }
  const whenStale: unknown = given.whenStale ?? 'closed';
  if (whenStale !== 'closed' && whenStale !== 'open') throw new TypeError('cutoffs.whenStale must be closed or open');
  const maxStaleSeconds = given.maxStaleSeconds ?? cutoffsMaxStaleSeconds;
  return createRemoteCutoffs({
    ...policy,
    url: parseFetchUrl('cutoffs.url', given.url ?? urlBelow(policy.issuer, cutoffsPath), allowInsecureRequests),
    pollSeconds: parseSeconds('cutoffs.pollSeconds', given.pollSeconds ?? 5, 1, 60),
    timeoutSeconds: parseSeconds('cutoffs.timeoutSeconds', given.timeoutSeconds ?? 4, 0.1, 60),
    maxStaleSeconds: parseSeconds('cutoffs.maxStaleSeconds', maxStaleSeconds, 10, 86_400),
    whenStale,
  });
}
