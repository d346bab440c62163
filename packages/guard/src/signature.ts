import { compactVerify, errors } from 'jose';
import { GuardError } from './guard-error.ts';
import type { GuardKey, KeySource } from './keys.ts';
import type { TokenHeader } from './token.ts';

/** Verifies a compact JWS that was taken apart already with the key that it names; returns that key. */
export async function verifySignature(token: string, header: TokenHeader, keys: KeySource): Promise<GuardKey> {
  const key = await keys.find(header.kid);
  if (!key) throw new GuardError('token_key_unknown', 'the key of the token is not known');
  if (key.alg !== header.alg) {
    throw new GuardError('token_header_refused', 'the algorithm of the token is not the one of its key');
  }
  try {
    await compactVerify(token, key.key, { algorithms: [key.alg] });
  } catch (error) {
    // Anything else, such as a key that does not fit its algorithm, is a fault on this side and no verdict.
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new GuardError('token_signature_wrong', 'the signature of the token is wrong', { cause: error });
  }
  return key;
}
