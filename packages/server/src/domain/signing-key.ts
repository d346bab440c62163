import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** The signature algorithms that Bindery can be configured to use (RFC 7518 §3.1, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA';

export const signingAlgorithms = ['ES256', 'RS256', 'EdDSA'] as const satisfies readonly SigningAlgorithm[];

/** The public half as the key set shows it (RFC 7517). */
export type PublicJwk = Readonly<Pick<JWK, 'kty' | 'crv' | 'x' | 'y' | 'n' | 'e'>> & {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
};

/** When a key is published, signs and retires; all processes agree by reading these. Epoch milliseconds. */
export interface KeyTimes {
  readonly publishedAt: number;
  readonly signsFrom: number;
  readonly retiresAt: number | null;
}

/** A signing key as it is stored: the private half sealed. */
export interface StoredSigningKey extends KeyTimes {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: PublicJwk;
  readonly sealedPrivateKey: string;
}

const generate = promisify(generateKeyPair);

/** Creates a key pair off the event loop; the key id is the RFC 7638 thumbprint. */
export async function newSigningKey(
  algorithm: SigningAlgorithm,
  rsaBits: number,
): Promise<{ readonly publicJwk: PublicJwk; readonly privateKey: KeyObject }> {
  const { publicKey, privateKey } = await generatePair(algorithm, rsaBits);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  // `kty` is in every exported JWK; jose's type leaves it open.
  return { publicJwk: { ...(jwk as JWK & { kty: string }), kid, alg: algorithm, use: 'sig' }, privateKey };
}

function generatePair(algorithm: SigningAlgorithm, rsaBits: number) {
  switch (algorithm) {
    case 'RS256':
      return generate('rsa', { modulusLength: rsaBits });
    case 'EdDSA':
      return generate('ed25519');
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
  }
}

/** Whether a key is in the key set at a moment. */
export function isPublished(key: KeyTimes, now: number): boolean {
  return key.publishedAt <= now && (key.retiresAt === null || now < key.retiresAt);
}

/** The key that signs at a moment: of those that may, the one that started last. */
export function signerAt<Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined {
  return keys
    .filter((key) => isPublished(key, now) && key.signsFrom <= now)
    .reduce<Key | undefined>(
      (best, key) => (best === undefined || key.signsFrom > best.signsFrom ? key : best),
      undefined,
    );
}

/** What a key is for at a moment. */
export type KeyState = 'published' | 'signing' | 'retiring';

/** The state of one of the keys at a moment (epoch milliseconds). */
export function stateOf(keys: readonly StoredSigningKey[], key: StoredSigningKey, now: number): KeyState {
  if (key.signsFrom > now) {
    return 'published';
  }
  return signerAt(keys, now)?.kid === key.kid ? 'signing' : 'retiring';
}

/** The key that no other has replaced yet. */
export function newestOf(keys: readonly StoredSigningKey[]): StoredSigningKey | undefined {
  return keys.find((key) => key.retiresAt === null);
}

/** Binds a sealed private key to its key id, so that it cannot be opened as another key's. */
export function sealContextOf(kid: string): string {
  return `signing key ${kid}`;
}
