import type { CutoffSource } from './cutoff-list.ts';
import type { GuardOptions, GuardPolicy } from './options.ts';
import { createRemoteCutoffs } from './remote-cutoffs.ts';
import { parseFetchUrl } from './url.ts';

/** How a guard learns what was cut off before it expired. */
export interface CutoffOptions {
  /** Where the issuer's list is; by default `<issuer>/.well-known/bindery-cutoffs`. */
  readonly url?: string;
  /** How often it is fetched, in seconds: 1 to 60, by default 5. */
  readonly pollSeconds?: number;
  /** How long the last good list serves when no newer one can be had, in seconds: 10 to 86,400, by default 300. */
  readonly maxStaleSeconds?: number;
  /** After that, and before the first list: refuse every call with 503 (`closed`, the default) or none (`open`). */
  readonly whenStale?: 'closed' | 'open';
  /** The list itself, for a guard in the same process as the issuer; goes with no other of these options. */
  readonly source?: CutoffSource;
}

const knownOptions: Record<keyof CutoffOptions, true> = {
  url: true,
  pollSeconds: true,
  maxStaleSeconds: true,
  whenStale: true,
  source: true,
};

/** Checks the options; only `false` switches the list off. */
export function parseCutoffs(
  options: GuardOptions,
  policy: Pick<GuardPolicy, 'issuer' | 'keys' | 'algorithms' | 'clockToleranceSeconds' | 'now'>,
): CutoffSource | undefined {
  // Options come from plain JavaScript too, so the types are not taken for granted.
  const given: unknown = options.cutoffs ?? {};
  if (given === false) return undefined;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError('cutoffs must be false or an object');
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(knownOptions, name)) throw new TypeError(`unknown option cutoffs.${name}`);
  }
  const cutoffs: CutoffOptions = given;
  if (cutoffs.source !== undefined) {
    if (Object.keys(cutoffs).length > 1) throw new TypeError('give cutoffs.source alone, it needs no other option');
    if (typeof cutoffs.source?.current !== 'function') throw new TypeError('cutoffs.source needs a function current');
    return cutoffs.source;
  }
  const whenStale: unknown = cutoffs.whenStale ?? 'closed';
  if (whenStale !== 'closed' && whenStale !== 'open') throw new TypeError('cutoffs.whenStale must be closed or open');
  const url = cutoffs.url ?? `${policy.issuer.replace(/\/$/, '')}/.well-known/bindery-cutoffs`;
  return createRemoteCutoffs({
    ...policy,
    url: parseFetchUrl('cutoffs.url', url, options.allowInsecureJwks === true),
    pollSeconds: parseSeconds('cutoffs.pollSeconds', cutoffs.pollSeconds ?? 5, 1, 60),
    maxStaleSeconds: parseSeconds('cutoffs.maxStaleSeconds', cutoffs.maxStaleSeconds ?? 300, 10, 86_400),
    whenStale,
    fetch: options.fetch ?? globalThis.fetch,
  });
}

function parseSeconds(name: string, given: unknown, least: number, most: number): number {
  // Written so that NaN fails as well.
  if (typeof given !== 'number' || !(given >= least && given <= most)) {
    throw new TypeError(`${name} must be ${least} to ${most}`);
  }
  return given;
}
