import { createHash } from 'node:crypto';
import type { CutoffKind } from './cutoff-wire.ts';

/** What has been cut off and when; the very same object for as long as nothing changes. */
export interface CutoffList {
  /** Grows with every cut. */
  readonly seq: number;
  /**
   * By kind: the hash of an id (see `hashCutoff`), and the second of the cut since the epoch. A token issued in that
   * second or before is refused.
   */
  readonly cutoffs: Readonly<Record<CutoffKind, ReadonlyMap<string, number>>>;
}

/** Where the list comes from. A thrown error means that it is unavailable, and the response is 503. */
export interface CutoffSource {
  current(): CutoffList | Promise<CutoffList>;
  /** Stops what runs in the background. */
  close?(): void;
}

/**
 * Makes a list. `seq` grows with every cut; an entry is a hash made by `hashCutoff` with the second of the cut, in whole
 * seconds since the epoch. A kind that is left out has no entries.
 */
export function createCutoffList(
  seq: number,
  cutoffs: Partial<Record<CutoffKind, Iterable<readonly [string, number]>>> = {},
): CutoffList {
  const mapOf = (kind: CutoffKind): ReadonlyMap<string, number> => new Map(cutoffs[kind] ?? []);
  return Object.freeze({
    seq,
    cutoffs: {
      organization: mapOf('organization'),
      client: mapOf('client'),
      user: mapOf('user'),
      member: mapOf('member'),
      session: mapOf('session'),
      token: mapOf('token'),
    },
  });
}

/**
 * How the list names an id: the first 16 bytes of SHA-256 over issuer, kind and id, separated by line feeds, as 22
 * characters of base64url. Whoever does not know the id learns nothing from it. The id of a `member` is made by
 * `cutoffMemberId`; that of a `session` is the token's `sid`, that of a `token` its `jti`.
 */
export function hashCutoff(issuer: string, kind: CutoffKind, id: string): string {
  return createHash('sha256').update(`${issuer}\n${kind}\n${id}`).digest().toString('base64url', 0, 16);
}
