import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { dayMilliseconds } from './duration.ts';
import { toBase62 } from './identifier.ts';

/** How long a browser counts as one that a user signed in with; each sign-in starts this time again. */
export const knownDeviceMilliseconds = 180 * dayMilliseconds;

/** The users whose sign-ins one browser remembers. */
const usersPerDeviceMax = 3;

/** A mark: the device's id, when it expires (in seconds since the epoch), and a tag that binds both to a user. */
const mark = /^([0-9A-Za-z]{22})-(\d{1,12})-([0-9A-Za-z]{22})$/;

/**
 * The id of the device that sent `marks`, if `userId` signed in with it before. A mark is no credential: with it a wrong
 * password counts against the device alone, and a correct one is accepted while others guess at the account.
 */
export function knownDeviceOf(
  marks: string | undefined,
  userId: string,
  tagKey: Buffer,
  now: number,
): string | undefined {
  return listMarks(marks)
    .map((text) => readMark(text, userId, tagKey, now))
    .find((id) => id !== undefined);
}

/** The marks of a device after a user signed in with it, in place of an older one of the same user. */
export function rememberDevice(marks: string | undefined, userId: string, tagKey: Buffer, now: number): string {
  const id = toBase62(randomBytes(16), 22);
  const expires = String(Math.floor((now + knownDeviceMilliseconds) / 1000));
  const others = listMarks(marks).filter((text) => readMark(text, userId, tagKey, now) === undefined);
  return [`${id}-${expires}-${tagOf(id, expires, userId, tagKey)}`, ...others].slice(0, usersPerDeviceMax).join('.');
}

function listMarks(marks: string | undefined): readonly string[] {
  return (marks?.split('.', usersPerDeviceMax) ?? []).filter((text) => mark.test(text));
}

function readMark(text: string, userId: string, tagKey: Buffer, now: number): string | undefined {
  const [, id = '', expires = '', tag = ''] = mark.exec(text) ?? [];
  const expected = Buffer.from(tagOf(id, expires, userId, tagKey));
  const presented = Buffer.from(tag);
  const isGenuine = presented.length === expected.length && timingSafeEqual(presented, expected);
  return isGenuine && Number(expires) * 1000 > now ? id : undefined;
}

function tagOf(id: string, expires: string, userId: string, tagKey: Buffer): string {
  const tag = createHmac('sha256', tagKey).update(`${id}\n${expires}\n${userId}`).digest();
  return toBase62(tag.subarray(0, 16), 22);
}
