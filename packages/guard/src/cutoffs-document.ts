import { type CutoffKind, type CutoffList, createCutoffList, cutoffKinds } from './cutoff-list.ts';
import type { KeySource } from './keys.ts';
import { verifySignature } from './signature.ts';
import { parseToken } from './token.ts';

/** The largest list that is read: some 100,000 entries. */
export const documentBytesMax = 4 * 1024 * 1024;
/** The `typ` of a signed list, without "application/". */
export const cutoffsType = 'bindery-cutoffs+jwt';

const hashPattern = /^[A-Za-z0-9_-]{22}$/;

/** A list whose signature holds. */
export interface SignedCutoffs {
  readonly list: CutoffList;
  /** When it was signed, in milliseconds since the epoch. */
  readonly signedAt: number;
}

/** Reads a signed list: its type, algorithm, key, signature and issuer are checked as those of a token are. */
export async function readCutoffs(
  text: string,
  policy: { readonly issuer: string; readonly keys: KeySource; readonly algorithms: ReadonlySet<string> },
): Promise<SignedCutoffs> {
  const form = { type: cutoffsType, lengthMax: documentBytesMax };
  const { header, claims } = parseToken(text, policy.algorithms, form);
  await verifySignature(text, header, policy.keys);
  if (claims['iss'] !== policy.issuer) throw new Error('the list of cut-offs is from another issuer');
  const { iat, seq } = claims;
  if (!isCount(iat) || !isCount(seq)) throw new Error('the list of cut-offs needs iat and seq as whole numbers');
  return { list: createCutoffList(seq, readEntries(claims['cutoffs'])), signedAt: iat * 1000 };
}

function readEntries(cutoffs: unknown): Partial<Record<CutoffKind, [string, number][]>> {
  if (!isObject(cutoffs)) throw new Error('the list of cut-offs has no cutoffs');
  // A kind that a later issuer may know is left out; those that are known are still cut off.
  return Object.fromEntries(cutoffKinds.map((kind) => [kind, readKind(cutoffs[kind] ?? {})]));
}

function readKind(entries: unknown): [string, number][] {
  if (!isObject(entries)) throw new Error('a kind of cut-offs is no object');
  return Object.entries(entries).map(([hash, seconds]) => {
    if (!hashPattern.test(hash) || !isCount(seconds)) throw new Error('a cut-off is not a hash with whole seconds');
    return [hash, seconds];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
