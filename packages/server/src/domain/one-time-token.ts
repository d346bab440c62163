import { createHash, randomBytes } from 'node:crypto';

/** A token of 256 random bits, for a cookie or a link. */
export function newOneTimeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The hash that is stored of a one-time token. */
export function hashOneTimeToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('base64url');
}
