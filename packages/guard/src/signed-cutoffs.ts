import type { CutoffEntries } from './cutoff-list.ts';
import { cutoffKinds, cutoffsBytesMax, cutoffsType } from './cutoff-wire.ts';
import type { KeySource } from './keys.ts';
import { verifySignature } from './signature.ts';
import { parseToken } from './token.ts';

const hashPattern = /^[A-Za-z0-9_-]{22}$/;

/** A list whose signature is valid: the full one, or with `delta` what is new in it. */
export interface SignedCutoffs {
  readonly seq: number;
  readonly entries: CutoffEntries;
  /** The number whose list the entries are to be added to, and how many the full list has at least then. */
  readonly delta: { readonly from: number; readonly count: number } | undefined;
  /** When it was signed, in milliseconds since the epoch. */
  readonly signedAt: number;
}

/** Reads a signed list: type, algorithm, key, signature and issuer are checked as for a token. */
export async function readCutoffs(
  text: string,
  policy: { readonly issuer: string; readonly keys: KeySource; readonly algorithms: ReadonlySet<string> },
): Promise<SignedCutoffs> {
  const form = { type: cutoffsType, lengthMax: cutoffsBytesMax };
  const { header, claims } = parseToken(text, policy.algorithms, form);
  await verifySignature(text, header, policy.keys);
  if (claims['iss'] !== policy.issuer) throw new Error('the revocation list is from another issuer');
  const { iat, seq, from, count } = claims;
  if (!isCount(iat) || !isCount(seq)) throw new Error('the revocation list needs iat and seq as whole numbers');
  return { seq, entries: readEntries(claims['cutoffs']), delta: readDelta(from, count, seq), signedAt: iat * 1000 };
}

function readDelta(from: unknown, count: unknown, seq: number): SignedCutoffs['delta'] {
  if (from === undefined) return undefined;
  if (!isCount(from) || !isCount(count) || from > seq)
    throw new Error('a part of the revocation list needs from and count as whole numbers');
  return { from, count };
}

function readEntries(cutoffs: unknown): CutoffEntries {
  if (!isObject(cutoffs)) throw new Error('the revocation list has no cutoffs');
  // A kind that only a later version knows is ignored; the known ones still apply.
  return Object.fromEntries(cutoffKinds.map((kind) => [kind, readKind(cutoffs[kind] ?? {})]));
}

function readKind(entries: unknown): [string, number][] {
  if (!isObject(entries)) throw new Error('a kind in the revocation list is not an object');
  return Object.entries(entries).map(([hash, seconds]) => {
    if (!hashPattern.test(hash) || !isCount(seconds))
      throw new Error('an entry of the revocation list is not a hash with whole seconds');
    return [hash, seconds];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
