import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ClientSecret } from './api-client.ts';
import { newRowId, toBase62 } from './identifier.ts';

/** The format of every client secret; publish it to secret scanners. */
export const clientSecretPattern = /^bindery_secret_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

const prefix = 'bindery_secret_';

/** A new client secret: the prefix, 256 random bits in base62, and a 6-character checksum. */
export function newClientSecret(): string {
  const random = toBase62(randomBytes(32), 43);
  return prefix + random + checksumOf(random);
}

/** A new secret of a client: the text that is shown once, and what is stored of it. Times are epoch milliseconds. */
export function newSecretOf(
  clientId: string,
  { pepper, expiresAt, now }: { readonly pepper: Buffer; readonly expiresAt: number | null; readonly now: number },
): { readonly clientSecret: string; readonly stored: Omit<ClientSecret, 'lastUsedAt' | 'lastUsedAddress'> } {
  const clientSecret = newClientSecret();
  const stored = {
    id: newRowId('secret'),
    clientId,
    hash: hashClientSecret(clientSecret, pepper),
    lastFour: lastFour(clientSecret),
    createdAt: now,
    expiresAt,
  };
  return { clientSecret, stored };
}

/** Whether a text has the format and checksum of a client secret; says nothing about whether any client has it. */
export function isWellFormedSecret(text: string): boolean {
  const match = clientSecretPattern.exec(text);
  return match !== null && checksumOf(match[1] ?? '') === match[2];
}

/** The hash that is stored of a secret. 256 random bits need no slow hash; the pepper is not in the database. */
export function hashClientSecret(secret: string, pepper: Buffer): Buffer {
  return createHmac('sha256', pepper).update(secret, 'utf8').digest();
}

/** Whether two hashes are equal, in constant time. */
export function equalHashes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The last four characters of a secret, by which its owner recognizes it. */
export function lastFour(secret: string): string {
  return secret.slice(-4);
}

function checksumOf(random: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(random));
  return toBase62(bytes, 6);
}
