import { GuardError } from './guard-error.ts';

/** A Fetch API `Headers`, as far as the guard reads it. */
export interface HeadersLike {
  forEach(callback: (value: string, name: string) => void): void;
}

/**
 * A request as the guard accepts it:
 * - a Fetch API `Request`;
 * - an `IncomingMessage` of node:http, or anything else with `rawHeaders` (an Express request, Fastify's `request.raw`);
 * - `{ method, headers }` with the headers as sent, a flat list `[name, value, name, value, ...]`.
 *
 * An object of parsed headers is refused, because it hides repeated ones. `method` is compared with case (RFC 9110 §9.1).
 */
export type GuardedRequest =
  | { readonly method?: string | undefined; readonly rawHeaders: readonly string[] }
  | { readonly method: string; readonly headers: readonly string[] | HeadersLike };

/** The headers that the guard reads. */
export interface GuardedHeaders {
  readonly authorization: string | undefined;
  /** The values of the tenant headers in the order of their names; `undefined` where a header is absent. */
  readonly tenants: readonly (string | undefined)[];
  /** Whether one tenant header was sent more than once. */
  readonly isTenantRepeated: boolean;
}

/** Reads a flat list `[name, value, name, value, ...]`; a second Authorization header is refused. */
export function readHeaders(raw: readonly string[], tenantNames: readonly string[]): GuardedHeaders {
  let authorization: string | undefined;
  const tenants: (string | undefined)[] = new Array(tenantNames.length).fill(undefined);
  let isTenantRepeated = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    // Lengths first: lower-casing each name of each request costs more than everything else here.
    if (name.length === 13 && name.toLowerCase() === 'authorization') {
      // RFC 6750 §2: no more than one method, and no more than once.
      if (authorization !== undefined) throw repeatedAuthorization();
      authorization = value;
      continue;
    }
    for (let position = 0; position < tenantNames.length; position += 1) {
      const tenantName = tenantNames[position] ?? '';
      if (name.length !== tenantName.length || name.toLowerCase() !== tenantName) continue;
      if (tenants[position] !== undefined) isTenantRepeated = true;
      tenants[position] = value;
    }
  }
  return { authorization, tenants, isTenantRepeated };
}

/** The headers of a request as a flat list; throws a TypeError for parsed ones. */
export function rawHeadersOf(request: GuardedRequest): readonly string[] {
  if ('rawHeaders' in request) return request.rawHeaders;
  const { headers } = request;
  if (Array.isArray(headers)) return headers;
  // From plain JavaScript anything may come.
  if (typeof headers?.forEach === 'function') return flatten(headers as HeadersLike);
  throw new TypeError('expected a Request, an IncomingMessage, or headers as a flat list (rawHeaders)');
}

function flatten(headers: HeadersLike): string[] {
  const raw: string[] = [];
  headers.forEach((value, name) => {
    // RFC 9110 §5.3: `Headers` joins repeated ones with a comma, which no Bearer token contains.
    if (name === 'authorization' && value.includes(',')) throw repeatedAuthorization();
    raw.push(name, value);
  });
  return raw;
}

function repeatedAuthorization(): GuardError {
  return new GuardError('authorization_repeated', 'the Authorization header must be sent once');
}

/** The token of an Authorization header; `undefined` without the header or for another scheme. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  // RFC 9110 §11.1: scheme names are compared without case.
  if (authorization.slice(0, 6).toLowerCase() !== 'bearer') return undefined;
  if (authorization.length > 6 && authorization[6] !== ' ') return undefined;
  let start = 6;
  while (authorization[start] === ' ') start += 1;
  return authorization.slice(start);
}
