import type { CryptoKey, KeyObject } from 'jose';

/** A public key of the issuer, good for one algorithm only. */
export interface GuardKey {
  readonly kid: string;
  /** The one algorithm this key verifies (RFC 8725 §3.1). */
  readonly alg: string;
  readonly key: CryptoKey | KeyObject;
}

/**
 * Where keys come from. An unknown `kid` is `undefined`; a thrown error means that the keys cannot be had and is
 * answered with 503. Give the same `key` object for the same key each time: a verified token is remembered with it.
 */
export interface KeySource {
  find(kid: string): Promise<GuardKey | undefined> | GuardKey | undefined;
}

/** The algorithms a guard can be told to accept: asymmetric ones alone, since a shared secret would let the API sign. */
export const supportedAlgorithms: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];
