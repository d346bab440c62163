import { createHash } from 'node:crypto';
import type { VerifiedClaims } from './claims.ts';

/** What can be cut off. A `member` is a user in one organization, a `session` all that came from one sign-in. */
export const cutoffKinds = ['organization', 'client', 'user', 'member', 'session', 'token'] as const;

/** One of the kinds of things that can be cut off. */
export type CutoffKind = (typeof cutoffKinds)[number];

/** What has been cut off and when; the very same object for as long as nothing changes. */
export interface CutoffList {
  /** Grows with every cut. */
  readonly seq: number;
  /**
   * By kind: the hash of an id, and the second of the cut since the epoch. A token issued in that second or before it is
   * refused.
   */
  readonly cutoffs: Readonly<Record<CutoffKind, ReadonlyMap<string, number>>>;
}

/** Where the list comes from; a thrown error means that it cannot be had and is answered with 503. */
export interface CutoffSource {
  current(): CutoffList | Promise<CutoffList>;
  /** Ends what runs in the background. */
  close?(): void;
}

/**
 * Makes a list; a kind that is left out has no entries. An entry is a hash of `hashCutoff` with the second of the cut,
 * in whole seconds since the epoch; `seq` grows with every cut.
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
 * What stands in the list for an id, as 22 characters of base64url (the first 16 bytes of SHA-256 over issuer, kind and
 * id with line ends between): who does not know the id learns nothing from it. A member's id is the user's and
 * the organization's with a space between, a session's is the token's `sid`, a token's its `jti`.
 */
export function hashCutoff(issuer: string, kind: CutoffKind, id: string): string {
  return createHash('sha256').update(`${issuer}\n${kind}\n${id}`).digest().toString('base64url', 0, 16);
}

/** Remembers of one token what the list is asked for, and which list has let it pass. */
export interface CutoffCheck {
  hashes: Partial<Record<CutoffKind, string>> | undefined;
  passed: CutoffList | undefined;
}

/** Whether a token is cut off; for a list that let it pass before, this is one comparison. */
export function isCutOff(check: CutoffCheck, list: CutoffList, issuer: string, claims: VerifiedClaims): boolean {
  if (check.passed === list) return false;
  for (const kind of cutoffKinds) {
    const entries = list.cutoffs[kind];
    if (entries.size === 0) continue;
    check.hashes ??= hashesOf(issuer, claims);
    const hash = check.hashes[kind];
    const cutAt = hash === undefined ? undefined : entries.get(hash);
    if (cutAt !== undefined && claims.caller.issuedAt <= cutAt * 1000) return true;
  }
  check.passed = list;
  return false;
}

function hashesOf(issuer: string, { caller, sessionId }: VerifiedClaims): Partial<Record<CutoffKind, string>> {
  const hash = (kind: CutoffKind, id: string) => ({ [kind]: hashCutoff(issuer, kind, id) });
  const { clientId, userId, organizationId, tokenId } = caller;
  return {
    ...hash('organization', organizationId),
    ...hash('client', clientId),
    ...hash('token', tokenId),
    ...(userId === undefined ? {} : { ...hash('user', userId), ...hash('member', `${userId} ${organizationId}`) }),
    ...(sessionId === undefined ? {} : hash('session', sessionId)),
  };
}
