import { randomBytes as nodeRandomBytes } from 'node:crypto';

/** The types of binder. */
export const binderTypes = ['project', 'facility', 'procurement'] as const;
/** One of the types of binder. */
export type BinderType = (typeof binderTypes)[number];

/** A binder of one organization. Times are in milliseconds since the epoch. */
export interface Binder {
  readonly id: string;
  readonly name: string;
  readonly type: BinderType;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with each change. */
  readonly version: number;
}

/** The longest name of a binder, in characters. */
export const nameLengthMax = 200;

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const idLength = 9;
// The largest multiple of 36 in a byte: higher values would make the first letters more likely than the others.
const unbiasedBelow = 252;

/** Makes the id of a new binder: nine upper-case letters and digits, all equally likely. */
export function createBinderId(randomBytes: (size: number) => Uint8Array = nodeRandomBytes): string {
  let id = '';
  while (id.length < idLength) {
    for (const byte of randomBytes(16)) {
      if (byte < unbiasedBelow && id.length < idLength) id += idAlphabet[byte % idAlphabet.length] ?? '';
    }
  }
  return id;
}

/** Whether a string has the form of a binder's id. */
export function isBinderId(text: string): boolean {
  return /^[A-Z0-9]{9}$/.test(text);
}
