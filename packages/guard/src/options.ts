import type { CutoffSource } from './cutoff-list.ts';
import { type CutoffOptions, parseCutoffOptions } from './cutoff-options.ts';
import { clockToleranceSecondsMax } from './cutoff-wire.ts';
import { errorsPath } from './issuer-paths.ts';
import { type JwksOptions, parseJwksOptions } from './jwks-options.ts';
import { type KeySource, supportedAlgorithms } from './keys.ts';
import { parseFunction, parseSeconds, refuseUnknownOptions } from './option-values.ts';
import { parseHttpUrl, urlBelow } from './url.ts';

/** How a guard is set up. `createGuard` throws a TypeError for a wrong or unknown option. */
export interface GuardOptions {
  /** The issuer's URL, exactly as in the tokens' `iss`. */
  readonly issuer: string;
  /** How the tokens name this API in `aud`. */
  readonly audience: string;
  /** How the guard gets the issuer's signing keys; by default from `<issuer>/.well-known/jwks.json`. */
  readonly jwks?: JwksOptions;
  /**
   * How the guard learns which tokens were revoked before they expired; by default it asks the issuer every 5 s. With
   * `false` it does not, and a token is valid until it expires.
   */
  readonly cutoffs?: false | CutoffOptions;
  /** Allows plain http on hosts other than loopback for `jwks.url` and `cutoffs.url`; by default false. */
  readonly allowInsecureRequests?: boolean;
  /** The name of the tenant header, or several names for it; by default `x-tenant-id`. */
  readonly tenantHeader?: string | readonly string[];
  /** Whether a request without the tenant header is refused; by default true. A header that is sent is always compared. */
  readonly requireTenantHeader?: boolean;
  /** The accepted signature algorithms, asymmetric ones only; by default ES256, RS256 and EdDSA. */
  readonly algorithms?: readonly string[];
  /** How far this API's clock and the issuer's may differ, in seconds: 0 to 60, by default 5. */
  readonly clockToleranceSeconds?: number;
  /** How many verified tokens are cached; by default 10,000. With 0 nothing is cached. */
  readonly cacheSize?: number;
  /** The realm in `WWW-Authenticate`; by default none. */
  readonly realm?: string;
  /**
   * The page that explains the errors: `type` of a refusal is this URL with `#<code>`; by default `<issuer>/docs/errors`.
   * With `false`, `type` is `about:blank`.
   */
  readonly errorsUrl?: false | string;
  /** The clock, in milliseconds since the epoch; by default `Date.now`. */
  readonly now?: () => number;
  /** Fetches the keys and the list of cut-offs; by default the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The checked options, with every default filled in. */
export interface GuardPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  /** Undefined when the list is switched off. */
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
  jwks: true,
  cutoffs: true,
  allowInsecureRequests: true,
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

/** Checks the options; whatever would leave a check out throws a TypeError that says how to fix it. */
export function parseOptions(options: GuardOptions): GuardPolicy {
  if (typeof options !== 'object' || options === null) throw new TypeError('createGuard needs an object of options');
  refuseUnknownOptions(options, knownOptions);
  const cacheSize = options.cacheSize ?? 10_000;
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError('cacheSize must be a whole number, 0 or more');
  }
  const requireTenantHeader = parseBoolean('requireTenantHeader', options.requireTenantHeader ?? true);
  const issuer = parseIssuer(options.issuer);
  const fetching = {
    issuer,
    allowInsecureRequests: parseBoolean('allowInsecureRequests', options.allowInsecureRequests ?? false),
    now: parseFunction('now', options.now ?? Date.now),
    fetch: parseFunction('fetch', options.fetch ?? globalThis.fetch),
  };
  const checked = {
    algorithms: parseAlgorithms(options.algorithms ?? ['ES256', 'RS256', 'EdDSA']),
    clockToleranceSeconds: parseSeconds(
      'clockToleranceSeconds',
      options.clockToleranceSeconds ?? 5,
      0,
      clockToleranceSecondsMax,
    ),
    keys: parseJwksOptions(options.jwks, fetching),
  };
  return {
    ...checked,
    issuer,
    now: fetching.now,
    cutoffs: parseCutoffOptions(options.cutoffs, { ...fetching, ...checked }),
    audience: parseAudience(options.audience),
    tenantHeaders: parseTenantHeaders(options.tenantHeader ?? ['x-tenant-id'], requireTenantHeader),
    isTenantHeaderRequired: requireTenantHeader,
    cacheSize,
    realm: parseRealm(options.realm),
    errorsUrl: parseErrorsUrl(options.errorsUrl ?? urlBelow(issuer, errorsPath)),
  };
}

// Options come from plain JavaScript too, so their types are not taken for granted.
function parseIssuer(issuer: unknown): string {
  const url = typeof issuer === 'string' ? parseHttpUrl(issuer) : undefined;
  // RFC 8414 §2: no query and no fragment.
  if (typeof issuer !== 'string' || !url || /[?#]/.test(issuer)) {
    throw new TypeError('issuer must be an http or https URL without query or fragment');
  }
  return issuer;
}

function parseAudience(audience: unknown): string {
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience must be a non-empty string');
  return audience;
}

function parseBoolean(name: string, given: unknown): boolean {
  if (typeof given !== 'boolean') throw new TypeError(`${name} must be true or false`);
  return given;
}

function parseTenantHeaders(given: unknown, isRequired: boolean): readonly string[] {
  const names: unknown[] = Array.isArray(given) ? given : [given];
  if (names.length === 0 && isRequired) throw new TypeError('tenantHeader must name at least one header');
  const lowered = names.map((name) => {
    if (typeof name !== 'string' || !/^[a-z0-9-]+$/i.test(name) || name.toLowerCase() === 'authorization') {
      throw new TypeError('tenantHeader must be a header name or a list of header names');
    }
    return name.toLowerCase();
  });
  return [...new Set(lowered)];
}

function parseAlgorithms(given: unknown): ReadonlySet<string> {
  if (!Array.isArray(given) || given.length === 0) throw new TypeError('algorithms must be a list of at least one');
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
    throw new TypeError('realm must be printable ASCII without quotes or backslashes');
  }
  return realm;
}

function parseErrorsUrl(given: unknown): string | undefined {
  if (given === false) return undefined;
  if (typeof given !== 'string' || given === '') throw new TypeError('errorsUrl must be a URL, or false');
  return given;
}
