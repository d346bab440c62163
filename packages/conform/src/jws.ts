import { constants, type KeyObject, sign } from 'node:crypto';

/** The signature algorithms of Bindery's tokens (RFC 7518 §3.1, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA';

/** A private key, its id and its algorithm. */
export interface Signer {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
}

/** Signs any header and claims as a compact JWS (RFC 7515 §3.1), including those that a library would refuse. */
export function signCompact(header: object, claims: object, { algorithm, privateKey }: Signer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
    key: privateKey,
    // RFC 7518 §3.3 and §3.4.
    ...(algorithm === 'ES256' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
    ...(algorithm === 'RS256' ? { padding: constants.RSA_PKCS1_PADDING } : {}),
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** One part of a compact JWS: base64url of JSON. */
export function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
