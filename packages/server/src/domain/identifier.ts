import { randomBytes, randomUUID } from 'node:crypto';

const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A new organization's id: a lower-case UUID, as integrations send it in the tenant header. */
export function newOrganizationId(): string {
  return randomUUID();
}

/** A new API client's id: `client_` and 22 characters of `[0-9A-Za-z]` (more than 128 random bits). */
export function newClientId(): string {
  return `client_${randomBase62(17, 22)}`;
}

/** Whether a text has the form of an API client's id. */
export function isClientId(text: string): boolean {
  return /^client_[0-9A-Za-z]{22}$/.test(text);
}

/** A new user's id: `user_` and 22 characters of `[0-9A-Za-z]`, so it never looks like a client's. */
export function newUserId(): string {
  return `user_${randomBase62(17, 22)}`;
}

/** A new API credential's id: `api_` and 22 characters of `[0-9A-Za-z]`. */
export function newApiCredentialId(): string {
  return `api_${randomBase62(17, 22)}`;
}

/** A new id for a row that nobody outside ever enters: a prefix and 128 random bits. */
export function newRowId(prefix: string): string {
  return `${prefix}_${randomBase62(16, 22)}`;
}

/** An id that sorts by time: 12 hexadecimal digits of epoch milliseconds, 4 that count within one, 64 random bits. */
export function newTimeOrderedId(now: number): string {
  sequence = now === lastNow ? (sequence + 1) % 0x1_0000 : 0;
  lastNow = now;
  return timeOrderedPrefix(now) + sequence.toString(16).padStart(4, '0') + randomBytes(8).toString('hex');
}

let lastNow = -1;
let sequence = 0;

/** Smaller than every time-ordered id from this moment on; ids of older rows sort before it. */
export function timeOrderedPrefix(now: number): string {
  return now.toString(16).padStart(12, '0');
}

/** Bytes as base62 digits, most significant first, padded with zeros to `length`. */
export function toBase62(bytes: Uint8Array, length: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let digits = '';
  while (rest > 0n) {
    digits = base62Alphabet.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return digits.padStart(length, '0');
}

function randomBase62(byteCount: number, length: number): string {
  return toBase62(randomBytes(byteCount), length).slice(-length);
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The lower-case form of a UUID in any letter case; undefined for any other text. */
export function parseUuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  return uuidPattern.test(lower) ? lower : undefined;
}
