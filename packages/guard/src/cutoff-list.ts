import { createHash } from 'node:crypto';
import { type CutoffKind, cutoffKinds } from './cutoff-wire.ts';

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

/** Entries by kind; a kind that is left out has none. */
export type CutoffEntries = Partial<Record<CutoffKind, Iterable<readonly [string, number]>>>;

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
export function createCutoffList(seq: number, cutoffs: CutoffEntries = {}): CutoffList {
  const mapOf = (kind: CutoffKind) => new Map(cutoffs[kind] ?? []);
  return listOf(seq, {
    organization: mapOf('organization'),
    client: mapOf('client'),
    user: mapOf('user'),
    member: mapOf('member'),
    session: mapOf('session'),
    token: mapOf('token'),
  });
}

/**
 * Adds entries to a list made by `createCutoffList` and returns it under its new number. The entries of the old object
 * grow as well: copying them would take time with every revocation, and whoever still holds it refuses more, never less.
 */
export function extendCutoffList(list: CutoffList, seq: number, added: CutoffEntries): CutoffList {
  const maps = mapsOf.get(list);
  if (!maps) throw new TypeError('expected a list made by createCutoffList');
  if (seq === list.seq) return list;
  for (const kind of cutoffKinds) {
    for (const [hash, seconds] of added[kind] ?? []) {
      maps[kind].set(hash, Math.max(seconds, maps[kind].get(hash) ?? 0));
    }
  }
  return listOf(seq, maps);
}

type Maps = Record<CutoffKind, Map<string, number>>;

/** What a list may be extended by; its own type shows maps that cannot be changed. */
const mapsOf = new WeakMap<CutoffList, Maps>();

function listOf(seq: number, cutoffs: Maps): CutoffList {
  const list = Object.freeze({ seq, cutoffs });
  mapsOf.set(list, cutoffs);
  return list;
}

/**
 * How the list names an id: the first 16 bytes of SHA-256 over issuer, kind and id, separated by line feeds, as 22
 * characters of base64url. Whoever does not know the id learns nothing from it. The id of a `member` is made by
 * `cutoffMemberId`; that of a `session` is the token's `sid`, that of a `token` its `jti`.
 */
export function hashCutoff(issuer: string, kind: CutoffKind, id: string): string {
  return createHash('sha256').update(`${issuer}\n${kind}\n${id}`).digest().toString('base64url', 0, 16);
}
