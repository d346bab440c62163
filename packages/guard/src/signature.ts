import { compactVerify, errors } from 'jose';
import { GuardError } from './guard-error.ts';
import type { GuardKey, KeySource } from './keys.ts';
import type { TokenHeader } from './token.ts';

/** Verifies a compact JWS that `parseToken` has decoded with the key that it names; returns that key. */
export async function verifySignature(token: string, header: TokenHeader, keys: KeySource): Promise<GuardKey> {
  const key = await keys.find(header.kid);
  if (!key) {
    throw new GuardError('token_key_unknown', "the token's key is unknown", {
      ...{ claim: 'kid', reason: 'mismatch', found: header.kid },
    });
  }
  if (key.alg !== header.alg) {
    throw new GuardError('token_header_refused', "the token's algorithm does not match its key", {
      ...{ claim: 'alg', reason: 'mismatch', expected: key.alg, found: header.alg },
    });
  }
  try {
    await compactVerify(token, key.key, { algorithms: [key.alg] });
  } catch (error) {
    // Anything else, such as a key that does not fit its algorithm, is a fault on this side and not a verdict.
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new GuardError('token_signature_wrong', "the token's signature is invalid", { cause: error });
  }
  return key;
}
