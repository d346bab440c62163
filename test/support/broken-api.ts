import { createHmac, createPublicKey, type JsonWebKeyInput, type KeyObject, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type GuardedApi, listen } from './guard-apis.ts';

// An API that checks tokens by hand and can leave out any one check, which `bindery conform` must detect. Nobody should
// protect an API like this.

/** What the API trusts. */
export interface Trusted {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly tenantHeader: string;
  /** Whose thing `/things/1` is. */
  readonly organizationId: string;
  readonly isRevoked: (tokenId: string) => boolean;
}

type Part = Readonly<Record<string, unknown>>;

class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** Starts it; `flaw` is the id of the attack that it does not withstand. */
export function startBrokenApi(trusted: Trusted, flaw: string | undefined): Promise<GuardedApi> {
  return listen((request, response) => {
    request.resume();
    try {
      check(request, trusted, flaw);
      response.writeHead(200).end('{}');
    } catch (error) {
      response.writeHead(error instanceof Refused ? error.status : 500).end();
    }
  });
}

function check(request: IncomingMessage, trusted: Trusted, flaw: string | undefined): void {
  const isWrite = request.method !== 'GET';
  if (isWrite && flaw === 'unauthenticated-write') return;
  const token = tokenOf(request, flaw);
  if (token === undefined) {
    if (flaw === 'no-token') return;
    throw new Refused(401);
  }
  const claims = claimsOf(token, trusted, flaw);
  if (claims === undefined) return;
  const organization = organizationOf(request, claims, trusted, flaw);
  if (request.url === '/things/1' && organization !== trusted.organizationId && flaw !== 'foreign-object') {
    throw new Refused(404);
  }
  const override = flaw === 'method-override' ? request.headers['x-http-method-override'] : undefined;
  const needsWrite = (override ?? request.method) !== 'GET';
  const { access } = claims;
  const mayWrite = flaw === 'no-access' ? access !== 'read' : access === 'read_write';
  if (needsWrite && !mayWrite && flaw !== 'read-token-writes') throw new Refused(403);
}

function tokenOf(request: IncomingMessage, flaw: string | undefined): string | undefined {
  const values = request.rawHeaders.filter(
    (_, index) => index % 2 === 1 && request.rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  if (values.length > 1 && flaw !== 'repeated-authorization') throw new Refused(400);
  const query = new URL(request.url ?? '/', 'http://api.test').searchParams.get('access_token');
  return values[0]?.replace(/^bearer ?/i, '') ?? (flaw === 'token-in-query' ? (query ?? undefined) : undefined);
}

function claimsOf(token: string, trusted: Trusted, flaw: string | undefined): Part | undefined {
  const [headerPart = '', payloadPart = '', signaturePart = ''] = token.split('.');
  const header = decode(headerPart);
  const claims = decode(payloadPart);
  if (header === undefined || claims === undefined) {
    // Anything unreadable is accepted.
    if (flaw === 'garbage') return undefined;
    throw new Refused(401);
  }
  const isSigned =
    isSignatureRight(header, `${headerPart}.${payloadPart}`, signaturePart, trusted, flaw) &&
    token.split('.').length === 3;
  const now = Date.now() / 1000;
  const faults: readonly (readonly [string, boolean])[] = [
    ['', !isSigned],
    ['wrong-type', header['typ'] !== 'at+jwt'],
    ['critical-extension', header['crit'] !== undefined],
    ['wrong-issuer', claims['iss'] !== trusted.issuer],
    ['wrong-audience', claims['aud'] !== trusted.audience],
    ['expired', !(Number(claims['exp']) > now)],
    ['not-yet-valid', !(Number(claims['nbf']) <= now + 5)],
    ['cut-off', trusted.isRevoked(String(claims['jti']))],
  ];
  if (faults.some(([name, isFault]) => isFault && name !== flaw)) throw new Refused(401);
  return claims;
}

function isSignatureRight(
  header: Part,
  input: string,
  signature: string,
  trusted: Trusted,
  flaw: string | undefined,
): boolean {
  const alg = header['alg'];
  const isGood = (key: KeyObject): boolean =>
    verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  switch (flaw) {
    case 'alg-none':
      if (String(alg).toLowerCase() === 'none') return true;
      break;
    case 'public-key-as-secret':
      if (alg === 'HS256') {
        const pem = trusted.publicKey.export({ type: 'spki', format: 'pem' });
        return createHmac('sha256', pem).update(input).digest('base64url') === signature;
      }
      break;
    case 'embedded-key':
      if (header['jwk'] !== undefined) {
        return isGood(createPublicKey({ key: header['jwk'] as JsonWebKeyInput['key'], format: 'jwk' }));
      }
      break;
    case 'unknown-key':
      if (header['kid'] !== trusted.kid) return true;
      break;
    case 'foreign-key':
      return alg === 'ES256' && header['kid'] === trusted.kid;
    case 'tampered-payload':
      // Checks only the form of the signature.
      return alg === 'ES256' && signature.length === 86;
    case 'tampered-signature':
      if (signature === '') return true;
      break;
  }
  return alg === 'ES256' && header['kid'] === trusted.kid && isGood(trusted.publicKey);
}

/** The organization whose things the caller may see. */
function organizationOf(request: IncomingMessage, claims: Part, trusted: Trusted, flaw: string | undefined): string {
  const tenant = request.headers[trusted.tenantHeader] ?? '';
  const organization = claims['organization_id'];
  if (flaw === 'other-organization') return String(tenant);
  if (flaw === 'no-organization' && !organization) return String(tenant);
  if (typeof organization !== 'string' || organization === '') throw new Refused(401);
  if (tenant === '') {
    if (flaw === 'no-tenant-header') return organization;
    throw new Refused(400);
  }
  // Node joins repeated headers.
  const agrees = flaw === 'header-against-token' ? tenant.includes(organization) : tenant === organization;
  if (!agrees) throw new Refused(403);
  return organization;
}

function decode(part: string): Part | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    // Its members are read by name only.
    return typeof value === 'object' && value !== null ? (value as Part) : undefined;
  } catch {
    return undefined;
  }
}
