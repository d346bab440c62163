import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { toBase62 } from './identifier.ts';
import { seal, unseal } from './master-key.ts';

/** The format of every refresh token: the prefix, its family's id, 256 random bits and a tag, all base62. */
const pattern = /^bindery_refresh_([0-9A-Za-z]{22})([0-9A-Za-z]{43})([0-9A-Za-z]{22})$/;

const prefix = 'bindery_refresh_';

/** A new family's id, which all refresh tokens of one sign-in have in common. */
export function newFamilyId(): string {
  return toBase62(randomBytes(16), 22);
}

/**
 * A new refresh token of a family. The tag proves later that we issued it, without a row for every token there ever was:
 * a used token is recognized, and a stranger who saw a family's id cannot fake the reuse of one.
 */
export function newRefreshToken(familyId: string, tagKey: Buffer): string {
  const random = toBase62(randomBytes(32), 43);
  return prefix + familyId + random + tagOf(familyId, random, tagKey);
}

/** The family of a refresh token that we issued; undefined for any other text. */
export function familyOf(token: string, tagKey: Buffer): string | undefined {
  const [, familyId = '', random = '', tag = ''] = pattern.exec(token) ?? [];
  const expected = Buffer.from(tagOf(familyId, random, tagKey));
  const presented = Buffer.from(tag);
  return presented.length === expected.length && timingSafeEqual(presented, expected) ? familyId : undefined;
}

/** The hash that is stored of a refresh token. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('base64url');
}

/** Seals a successor so that only the holder of the token before it can open it. */
export function sealSuccessor(successor: string, token: string): string {
  return seal(successor, successorKey(token), 'refresh token successor');
}

/** Opens what `sealSuccessor` sealed under the same token. */
export function unsealSuccessor(sealed: string, token: string): string {
  return unseal(sealed, successorKey(token), 'refresh token successor');
}

function successorKey(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, Buffer.alloc(0), 'bindery refresh token successor', 32));
}

function tagOf(familyId: string, random: string, tagKey: Buffer): string {
  const tag = createHmac('sha256', tagKey)
    .update(familyId + random)
    .digest();
  return toBase62(tag.subarray(0, 16), 22);
}
