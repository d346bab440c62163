/** What a token may do: look, or look and change. */
export type Access = 'read' | 'read_write';

/** Who is calling, as the verified token says; frozen, and the same object for every call with the same token. */
export interface Caller {
  /** The API client the token was issued to (`client_id`). */
  readonly clientId: string;
  /** The person behind the call (`sub`); absent when the client calls for itself. */
  readonly userId?: string;
  /** The organization the caller belongs to: a lower-case UUID. Scope every query with it. */
  readonly organizationId: string;
  /** What the token may do. */
  readonly access: Access;
  /** The granted scopes, possibly none. */
  readonly scopes: readonly string[];
  /** The token's own id (`jti`). */
  readonly tokenId: string;
  /** When the token ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the token was issued, in milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** Whether a value is an access at all. */
export function isAccess(value: unknown): value is Access {
  return value === 'read' || value === 'read_write';
}

/**
 * The access a method needs: GET, HEAD and OPTIONS read, everything else writes.
 * Method names are case-sensitive (RFC 9110 §9.1), so `get` is some unknown method and counts as a write.
 */
export function accessOfMethod(method: string): Access {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 'read' : 'read_write';
}

/** Whether `given` is enough where `needed` is asked for. */
export function isAccessEnough(given: Access, needed: Access): boolean {
  return given === 'read_write' || given === needed;
}
