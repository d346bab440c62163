import type { CryptoKey, KeyObject } from 'jose';

/** A public key of the issuer, for one algorithm only. */
export interface GuardKey {
  readonly kid: string;
  /** The one algorithm this key verifies (RFC 8725 §3.1). */
  readonly alg: string;
  readonly key: CryptoKey | KeyObject;
}

/**
 * Where keys come from. An unknown `kid` is `undefined`; a thrown error means that the keys are unavailable, and the
 * response is 503. Return the same `key` object for the same key each time: cached tokens are compared with it.
 */
export interface KeySource {
  find(kid: string): Promise<GuardKey | undefined> | GuardKey | undefined;
}

/** The algorithms that can be accepted: asymmetric ones only, since with a shared secret the API could sign tokens. */
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
