import { BinderyClientError } from './client-error.ts';
import { isLoopback, parseSafeUrl } from './safe-url.ts';

/** The options of `createClient`. */
export interface ClientOptions {
  /** The issuer's URL, exactly as in its metadata (RFC 8414 §2): https, or http on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** A second secret, tried when the first is refused, so that a rotation needs no restart. */
  readonly nextClientSecret?: string | undefined;
  /** The organization whose data is meant: a lower-case UUID, sent with every call. */
  readonly organizationId: string;
  /** The header that carries the organization's id. Default: `x-tenant-id`. */
  readonly tenantHeader?: string | undefined;
  /** The token endpoint. Default: the one in the issuer's metadata (RFC 8414). */
  readonly tokenUrl?: string | undefined;
  /** The scope to request, separated by spaces. Default: the server's. */
  readonly scope?: string | undefined;
  /** How long the issuer may take for one response, in seconds: above 0, at most 300. Default: 10. */
  readonly timeoutSeconds?: number | undefined;
  /** Sends the requests, to the issuer and to APIs. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Random numbers in [0, 1), for the jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The validated options with their defaults. It contains the secrets, so it never leaves a closure. */
export interface ClientPolicy {
  readonly issuer: string;
  readonly clientId: string;
  /** The current secret and, during a rotation, the next one. */
  readonly clientSecrets: readonly string[];
  readonly organizationId: string;
  readonly tenantHeader: string;
  readonly tokenUrl: string | undefined;
  readonly scope: string | undefined;
  readonly timeoutSeconds: number;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly random: () => number;
}

const knownOptions: Record<keyof ClientOptions, true> = {
  issuer: true,
  clientId: true,
  clientSecret: true,
  nextClientSecret: true,
  organizationId: true,
  tenantHeader: true,
  tokenUrl: true,
  scope: true,
  timeoutSeconds: true,
  fetch: true,
  now: true,
  random: true,
};

const timeoutSecondsMax = 300;

/** Validates the options. No message repeats a value, because any of them could be a secret in the wrong place. */
export function parseOptions(options: ClientOptions): ClientPolicy {
  if (typeof options !== 'object' || options === null) throw wrong('createClient expects an object of options');
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(knownOptions, name));
  if (unknown !== undefined) throw wrong(`unknown option ${unknown}`);
  const issuer = parseIssuer(options.issuer);
  const { nextClientSecret } = options;
  return {
    issuer,
    clientId: parseCredential('clientId', options.clientId),
    clientSecrets: [
      parseCredential('clientSecret', options.clientSecret),
      ...(nextClientSecret === undefined ? [] : [parseCredential('nextClientSecret', nextClientSecret)]),
    ],
    organizationId: parseOrganizationId(options.organizationId),
    tenantHeader: parseTenantHeader(options.tenantHeader ?? 'x-tenant-id'),
    tokenUrl: options.tokenUrl === undefined ? undefined : parseEndpoint(options.tokenUrl, issuer, 'tokenUrl').href,
    scope: parseScope(options.scope),
    timeoutSeconds: parseTimeout(options.timeoutSeconds ?? 10),
    // Looked up at each call, so that a fetch that is replaced later (by tracing, for example) is used.
    fetch: parseFunction('fetch', options.fetch) ?? ((input, init) => globalThis.fetch(input, init)),
    now: parseFunction('now', options.now) ?? Date.now,
    random: parseFunction('random', options.random) ?? Math.random,
  };
}

/** A URL that the secret may be sent to: as safe as the issuer's own. */
export function parseEndpoint(text: unknown, issuer: string, name: string): URL {
  const url = parseSafeUrl(text);
  const isDowngrade = url?.protocol === 'http:' && !isLoopback(new URL(issuer));
  if (url === undefined || isDowngrade || url.hash !== '') {
    throw wrong(`${name} must be an https URL without user name, password or fragment (http on loopback only)`);
  }
  return url;
}

// Plain JavaScript can pass anything, so the types are checked.
function parseIssuer(issuer: unknown): string {
  // RFC 8414 §2: no query and no fragment.
  if (typeof issuer !== 'string' || parseSafeUrl(issuer) === undefined || /[?#]/.test(issuer)) {
    throw wrong('issuer must be an https URL without user name, query or fragment (http on loopback only)');
  }
  return issuer;
}

function parseCredential(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw wrong(`${name} is missing`);
  if (value.trim() !== value) throw wrong(`${name} begins or ends with whitespace`);
  // RFC 6749 appendix A.1, A.2
  if (!/^[\x20-\x7e]+$/.test(value)) throw wrong(`${name} contains invalid characters`);
  return value;
}

function parseOrganizationId(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) {
    throw wrong('organizationId must be a lower-case UUID');
  }
  return value;
}

function parseTenantHeader(value: unknown): string {
  if (typeof value !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value) || /^authorization$/i.test(value)) {
    throw wrong('tenantHeader must be a header name other than authorization');
  }
  return value;
}

function parseScope(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // RFC 6749 §3.3
  if (typeof value !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(value)) {
    throw wrong('scope must be scopes separated by single spaces');
  }
  return value;
}

function parseTimeout(value: unknown): number {
  // Written so that NaN fails as well.
  if (typeof value !== 'number' || !(value > 0 && value <= timeoutSecondsMax)) {
    throw wrong(`timeoutSeconds must be above 0 and at most ${timeoutSecondsMax}`);
  }
  return value;
}

function parseFunction<Value>(name: string, value: Value): Value {
  if (value !== undefined && typeof value !== 'function') throw wrong(`${name} must be a function`);
  return value;
}

function wrong(message: string): BinderyClientError {
  return new BinderyClientError('configuration_wrong', message);
}
