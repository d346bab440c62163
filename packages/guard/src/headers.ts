import { GuardError } from './guard-error.ts';

/** The headers a guard looks at, read from the raw list: a parsed one hides repetitions. */
export interface GuardedHeaders {
  readonly authorization: string | undefined;
  /** The values of the tenant headers in the order of their names; `undefined` where a header is absent. */
  readonly tenants: readonly (string | undefined)[];
  /** Whether one tenant header stands there more than once. */
  readonly isTenantRepeated: boolean;
}

/** Reads a flat list `[name, value, name, value, ...]`, as node's `rawHeaders`; a second Authorization is refused. */
export function readHeaders(raw: readonly string[], tenantNames: readonly string[]): GuardedHeaders {
  let authorization: string | undefined;
  const tenants: (string | undefined)[] = new Array(tenantNames.length).fill(undefined);
  let isTenantRepeated = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    // Lengths first: lower-casing each name of each request costs more than all the rest.
    if (name.length === 13 && name.toLowerCase() === 'authorization') {
      // RFC 6750 §2: no more than one way, and no more than once.
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

/** The flat list of a Fetch API `Headers`, with a joined Authorization taken for the repetition that it is. */
export function rawHeadersOf(headers: Headers): string[] {
  const raw: string[] = [];
  headers.forEach((value, name) => {
    // RFC 9110 §5.3: `Headers` joins repetitions with a comma, which no Bearer token contains.
    if (name === 'authorization' && value.includes(',')) throw repeatedAuthorization();
    raw.push(name, value);
  });
  return raw;
}

function repeatedAuthorization(): GuardError {
  return new GuardError('authorization_repeated', 'the Authorization header must be sent once');
}

/** The token of an Authorization header; `undefined` when there is none or it is of another scheme. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  // RFC 9110 §11.1: the name of a scheme is compared without case.
  if (authorization.slice(0, 6).toLowerCase() !== 'bearer') return undefined;
  if (authorization.length > 6 && authorization[6] !== ' ') return undefined;
  let start = 6;
  while (authorization[start] === ' ') start += 1;
  return authorization.slice(start);
}
