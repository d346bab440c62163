import { createHash, type KeyObject, randomBytes, type SignKeyObjectInput, sign } from 'node:crypto';
import type { Access } from './access.ts';
import type { SigningAlgorithm } from './signing-key.ts';

/** The claims of an access token as on the wire (RFC 9068 §2.2), with our own: organization and access. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly client_id: string;
  readonly scope: string;
  readonly organization_id: string;
  readonly access: Access;
  /** For a user's token: the sign-in it was issued from; revoking that revokes the token. */
  readonly sid?: string;
}

/** The content of an access token, without its times and its id. */
export interface AccessTokenSubject {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly clientId: string;
  readonly organizationId: string;
  readonly access: Access;
  readonly scope: string;
  /** For a user's token: the sign-in it was issued from. */
  readonly sessionId?: string;
}

/** A private key with what a signature needs. */
export interface Signer {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
}

/** The claims of a new token that expires `lifetimeSeconds` after `now` (epoch milliseconds). */
export function newClaims(subject: AccessTokenSubject, lifetimeSeconds: number, now: number): AccessTokenClaims {
  const issuedAt = Math.floor(now / 1000);
  return {
    iss: subject.issuer,
    sub: subject.subject,
    aud: subject.audience,
    exp: issuedAt + lifetimeSeconds,
    iat: issuedAt,
    nbf: issuedAt,
    jti: randomBytes(32).toString('base64url'),
    client_id: subject.clientId,
    scope: subject.scope,
    organization_id: subject.organizationId,
    access: subject.access,
    ...(subject.sessionId === undefined ? {} : { sid: subject.sessionId }),
  };
}

/** Signs claims as a compact JWS with the header that RFC 9068 §2.1 requires. */
export function signAccessToken(claims: AccessTokenClaims, signer: Signer): string | Promise<string> {
  return signJwt('at+jwt', claims, signer);
}

/** Signs claims as a compact JWS with this `typ`. */
export function signJwt(type: string, claims: object, signer: Signer): string | Promise<string> {
  return signCompact({ alg: signer.algorithm, typ: type, kid: signer.kid }, claims, signer);
}

/** Signs any header and claims as a compact JWS (RFC 7515 §3.1). */
export function signCompact(header: object, claims: object, signer: Signer): string | Promise<string> {
  return signInput(`${encode(JSON.stringify(header))}.${encode(JSON.stringify(claims))}`, signer);
}

/** A JWT whose claims are written piece by piece, so that a large one does not hold the event loop. */
export class JwtText {
  readonly #signer: Signer;
  readonly #parts: string[];
  #pending = '';

  constructor(type: string, signer: Signer) {
    this.#signer = signer;
    this.#parts = [`${encode(JSON.stringify({ alg: signer.algorithm, typ: type, kid: signer.kid }))}.`];
  }

  /** Adds a piece of JSON, in ASCII. */
  add(json: string): void {
    this.#pending += json;
  }

  /** Encodes what was added: whole groups of three bytes, so that the pieces join. */
  flush(): void {
    const length = this.#pending.length - (this.#pending.length % 3);
    this.#parts.push(encode(this.#pending.slice(0, length)));
    this.#pending = this.#pending.slice(length);
  }

  /** The whole text, signed. */
  sign(): string | Promise<string> {
    return signInput(this.#parts.join('') + encode(this.#pending), this.#signer);
  }
}

/** Larger texts than this are signed on the thread pool. */
const signedAtOnceMax = 64 * 1024;

function signInput(input: string, { algorithm, privateKey }: Signer): string | Promise<string> {
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  // RFC 7518 §3.4: r and s side by side, not DER; the other algorithms ignore it.
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  // RSA takes a millisecond, so it signs on the thread pool and keeps the event loop free.
  if (algorithm === 'RS256' || input.length > signedAtOnceMax) {
    return signOnThreadPool(hash, input, key);
  }
  return `${input}.${sign(hash, Buffer.from(input), key).toString('base64url')}`;
}

function signOnThreadPool(hash: string | null, input: string, key: SignKeyObjectInput): Promise<string> {
  return new Promise((resolve, reject) => {
    sign(hash, Buffer.from(input), key, (error, signature) => {
      if (error) {
        reject(error);
        return;
      }
      resolve(`${input}.${signature.toString('base64url')}`);
    });
  });
}

/** The hash under which the store keeps a revoked token's id (`jti`). */
export function hashTokenId(tokenId: string): string {
  return createHash('sha256').update(tokenId).digest('base64url');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
