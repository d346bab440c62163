import type { CutoffSource } from './cutoff-list.ts';
import { type CutoffOptions, parseCutoffs } from './cutoff-options.ts';
import { type KeySource, supportedAlgorithms } from './keys.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { parseFetchUrl, parseHttpUrl } from './url.ts';

/** How a guard is set up. Wrong options throw at once, from `createGuard`. */
export interface GuardOptions {
  /** The issuer's URL, exactly as it stands in the tokens' `iss`. */
  readonly issuer: string;
  /** What this API is called in the tokens' `aud`. */
  readonly audience: string;
  /** The keys, for a guard in the same process as the issuer; without it they are fetched from `jwksUri`. */
  readonly keys?: KeySource;
  /** Where the issuer's keys are; by default `<issuer>/.well-known/jwks.json`. Not together with `keys`. */
  readonly jwksUri?: string;
  /**
   * How the guard learns what was cut off before it expired; by default it asks the issuer every 5 s. With `false` it
   * does not, and a token is good until it expires.
   */
  readonly cutoffs?: false | CutoffOptions;
  /** Allows `jwksUri` and `cutoffs.url` of plain http on a host other than loopback; by default false. */
  readonly allowInsecureJwks?: boolean;
  /** The names under which the tenant header is known; by default `['x-tenant-id']`. */
  readonly tenantHeader?: string | readonly string[];
  /** Whether a call without tenant header is refused; by default true. */
  readonly requireTenantHeader?: boolean;
  /** The accepted algorithms; by default ES256, RS256 and EdDSA. */
  readonly algorithms?: readonly string[];
  /** How far this clock and the issuer's may be apart, in seconds: 0 to 60, by default 5. */
  readonly clockToleranceSeconds?: number;
  /** How many verified tokens are remembered; by default 10,000, and 0 remembers none. */
  readonly cacheSize?: number;
  /** The realm named in `WWW-Authenticate`; by default none. */
  readonly realm?: string;
  /** The page that lists the errors: `type` of an answer is this URL with `#code`; by default `about:blank`. */
  readonly errorsUrl?: string;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** What fetches the keys and the list of cut-offs; by default the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The options after checking, with every default filled in. */
export interface GuardPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  /** Undefined where the list is switched off. */
  readonly cutoffs: CutoffSource | undefined;
  readonly tenantHeaders: readonly string[];
  readonly isTenantHeaderRequired: boolean;
  readonly algorithms: ReadonlySet<string>;
  readonly clockToleranceSeconds: number;
  readonly cacheSize: number;
  readonly realm: string | undefined;
  readonly errorsUrl: string | undefined;
  readonly now: () => number;
}

const knownOptions: Record<keyof GuardOptions, true> = {
  issuer: true,
  audience: true,
  keys: true,
  jwksUri: true,
  cutoffs: true,
  allowInsecureJwks: true,
  tenantHeader: true,
  requireTenantHeader: true,
  algorithms: true,
  clockToleranceSeconds: true,
  cacheSize: true,
  realm: true,
  errorsUrl: true,
  now: true,
  fetch: true,
};

const clockToleranceSecondsMax = 60;

/** Checks the options; anything that would leave a check out throws a TypeError that says what to mend. */
export function parseOptions(options: GuardOptions): GuardPolicy {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(knownOptions, name)) throw new TypeError(`unknown option ${name}`);
  }
  const now = parseFunction('now', options.now ?? Date.now);
  if (options.fetch !== undefined) parseFunction('fetch', options.fetch);
  const clockToleranceSeconds: unknown = options.clockToleranceSeconds ?? 5;
  // Written so that NaN fails as well.
  if (
    typeof clockToleranceSeconds !== 'number' ||
    !(clockToleranceSeconds >= 0 && clockToleranceSeconds <= clockToleranceSecondsMax)
  ) {
    throw new TypeError(`clockToleranceSeconds must be 0 to ${clockToleranceSecondsMax}`);
  }
  const cacheSize = options.cacheSize ?? 10_000;
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) throw new TypeError('cacheSize must be a whole number');
  const requireTenantHeader: unknown = options.requireTenantHeader ?? true;
  if (typeof requireTenantHeader !== 'boolean') throw new TypeError('requireTenantHeader must be true or false');
  const checked = {
    issuer: parseIssuer(options.issuer),
    algorithms: parseAlgorithms(options.algorithms ?? ['ES256', 'RS256', 'EdDSA']),
    clockToleranceSeconds,
    keys: parseKeys(options, now),
    now,
  };
  return {
    ...checked,
    cutoffs: parseCutoffs(options, checked),
    audience: parseAudience(options.audience),
    tenantHeaders: parseTenantHeaders(options.tenantHeader ?? ['x-tenant-id'], requireTenantHeader),
    isTenantHeaderRequired: requireTenantHeader,
    cacheSize,
    realm: parseRealm(options.realm),
    errorsUrl: parseErrorsUrl(options.errorsUrl),
  };
}

// Options come from plain JavaScript too, so the types are not taken for granted.
function parseIssuer(issuer: unknown): string {
  const url = typeof issuer === 'string' ? parseHttpUrl(issuer) : undefined;
  // RFC 8414 §2: no query and no fragment.
  if (typeof issuer !== 'string' || !url || /[?#]/.test(issuer)) {
    throw new TypeError('issuer must be an http or https URL without query and fragment');
  }
  return issuer;
}

function parseAudience(audience: unknown): string {
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience must be a text');
  return audience;
}

function parseTenantHeaders(given: unknown, isRequired: boolean): readonly string[] {
  const names: unknown[] = Array.isArray(given) ? given : [given];
  if (names.length === 0 && isRequired) throw new TypeError('tenantHeader must name at least one header');
  const lowered = names.map((name) => {
    if (typeof name !== 'string' || !/^[a-z0-9-]+$/i.test(name) || name.toLowerCase() === 'authorization') {
      throw new TypeError('tenantHeader must hold header names');
    }
    return name.toLowerCase();
  });
  return [...new Set(lowered)];
}

function parseAlgorithms(given: unknown): ReadonlySet<string> {
  if (!Array.isArray(given) || given.length === 0) throw new TypeError('algorithms must name at least one');
  return new Set(
    given.map((algorithm: unknown) => {
      if (typeof algorithm !== 'string' || !supportedAlgorithms.includes(algorithm)) {
        throw new TypeError(`algorithms must be among ${supportedAlgorithms.join(', ')}`);
      }
      return algorithm;
    }),
  );
}

function parseRealm(realm: unknown): string | undefined {
  if (realm === undefined) return undefined;
  if (typeof realm !== 'string' || !/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    throw new TypeError('realm must be printable ASCII without quote and backslash');
  }
  return realm;
}

function parseErrorsUrl(given: unknown): string | undefined {
  if (given !== undefined && typeof given !== 'string') throw new TypeError('errorsUrl must be a text');
  return given;
}

function parseFunction<Given>(name: string, given: Given): Given {
  if (typeof given !== 'function') throw new TypeError(`${name} must be a function`);
  return given;
}

function parseKeys(options: GuardOptions, now: () => number): KeySource {
  if (options.keys !== undefined) {
    if (options.jwksUri !== undefined) throw new TypeError('give keys or jwksUri, not both');
    // An array has a function of that name too.
    if (typeof options.keys?.find !== 'function' || Array.isArray(options.keys)) {
      throw new TypeError('keys must have a function find');
    }
    return options.keys;
  }
  const jwksUri = options.jwksUri ?? `${options.issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  const url = parseFetchUrl('jwksUri', jwksUri, options.allowInsecureJwks === true);
  return createRemoteKeys({ url, now, fetch: options.fetch ?? globalThis.fetch });
}
