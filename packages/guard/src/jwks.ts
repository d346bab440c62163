import { importJWK, type JWK } from 'jose';
import { parseJsonObject } from './json-object.ts';
import { type GuardKey, supportedAlgorithms } from './keys.ts';

const keysMax = 100;
const kidLengthMax = 256;
const rsaModulusBytesMin = 256;

/** Reads a JWKS (RFC 7517 §5). Anything but a strong public signing key is ignored. */
export async function parseJwks(body: Uint8Array): Promise<ReadonlyMap<string, GuardKey>> {
  const document = parseJsonObject(body);
  const entries: unknown = document?.['keys'];
  if (!Array.isArray(entries)) throw new Error('the JWKS is not a JSON object with a list of keys');
  if (entries.length > keysMax) throw new Error(`the JWKS has more than ${keysMax} keys`);
  const keys = new Map<string, GuardKey>();
  for (const entry of entries) {
    const key = await importKey(entry);
    // RFC 7517 §4.5: key ids should be distinct. If they are not, only the first counts.
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  return keys;
}

async function importKey(entry: unknown): Promise<GuardKey | undefined> {
  if (typeof entry !== 'object' || entry === null) return undefined;
  // An object; each member is checked below.
  const jwk = entry as Record<string, unknown>;
  const { kid, use, n } = jwk;
  if (typeof kid !== 'string' || kid === '' || kid.length > kidLengthMax) return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  // Anyone could have a published private key, and `k` is a shared secret.
  if ('d' in jwk || 'k' in jwk) return undefined;
  const alg = jwk['alg'] ?? algorithmOf(jwk);
  if (typeof alg !== 'string' || !supportedAlgorithms.includes(alg)) return undefined;
  if (jwk['kty'] === 'RSA' && (typeof n !== 'string' || Buffer.from(n, 'base64url').length < rsaModulusBytesMin)) {
    return undefined;
  }
  try {
    // importJWK checks the algorithm's members; its result for a public JWK is never a Uint8Array.
    const key = await importJWK(jwk as JWK, alg);
    return key instanceof Uint8Array ? undefined : { kid, alg, key };
  } catch {
    return undefined;
  }
}

/** The one algorithm for a key that names none, so that a token cannot choose it (RFC 8725 §3.1). */
function algorithmOf(jwk: Readonly<Record<string, unknown>>): string | undefined {
  const kind = `${String(jwk['kty'])} ${String(jwk['crv'] ?? '')}`.trim();
  const algorithms = new Map([
    ['EC P-256', 'ES256'],
    ['EC P-384', 'ES384'],
    ['EC P-521', 'ES512'],
    ['OKP Ed25519', 'EdDSA'],
    ['RSA', 'RS256'],
  ]);
  return algorithms.get(kind);
}
