/** What a token allows: reading, or reading and writing. */
export type Access = 'read' | 'read_write';

/** Who is calling, from the claims of the verified token. Frozen; a cached token yields the same object each time. */
export interface Caller {
  /** The API client the token was issued to (`client_id`). */
  readonly clientId: string;
  /** The person behind the call (`sub`); absent when the client calls for itself. */
  readonly userId?: string;
  /** The caller's organization (`organization_id`): a lower-case UUID. Scope every query with it. */
  readonly organizationId: string;
  /** What the token allows (`access`). */
  readonly access: Access;
  /** The granted scopes (`scope`), possibly none. */
  readonly scopes: readonly string[];
  /** The token's own id (`jti`). */
  readonly tokenId: string;
  /** When the token expires (`exp`), in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the token was issued (`iat`), in milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** Whether a value is an access. */
export function isAccess(value: unknown): value is Access {
  return value === 'read' || value === 'read_write';
}

/**
 * The access that a method needs: GET, HEAD and OPTIONS read, every other method writes. Method names are
 * case-sensitive (RFC 9110 §9.1), so `get` is an unknown method and counts as a write.
 */
export function accessOfMethod(method: string): Access {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 'read' : 'read_write';
}

/** Whether `given` covers `needed`. */
export function isAccessEnough(given: Access, needed: Access): boolean {
  return given === 'read_write' || given === needed;
}
