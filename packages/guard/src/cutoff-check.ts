import type { VerifiedClaims } from './claims.ts';
import { type CutoffList, hashCutoff } from './cutoff-list.ts';
import { type CutoffKind, cutoffKinds, cutoffMemberId } from './cutoff-wire.ts';

/** What is remembered of one token: its hashes, once they were needed, and the last list that it passed. */
export interface CutoffRecord {
  hashes: Partial<Record<CutoffKind, string>> | undefined;
  /** The number that `createCutoffCheck` gave to that list; 0 for none. The list itself would be kept alive by it. */
  passed: number;
}

/** A record for a token that has not been checked yet. */
export function newCutoffRecord(): CutoffRecord {
  return { hashes: undefined, passed: 0 };
}

/** Tells whether a token is cut off; for a list that it passed before, this is one comparison. */
export type CutoffCheck = (record: CutoffRecord, list: CutoffList, claims: VerifiedClaims) => boolean;

/** Makes the check of one guard, which numbers the lists it sees: tokens remember the number. */
export function createCutoffCheck(issuer: string): CutoffCheck {
  let latest: CutoffList | undefined;
  let number = 0;
  return (record, list, claims) => {
    if (list !== latest) {
      latest = list;
      number += 1;
    }
    if (record.passed === number) return false;
    if (isNamed(record, list, issuer, claims)) return true;
    record.passed = number;
    return false;
  };
}

function isNamed(record: CutoffRecord, list: CutoffList, issuer: string, claims: VerifiedClaims): boolean {
  for (const kind of cutoffKinds) {
    const entries = list.cutoffs[kind];
    if (entries.size === 0) continue;
    record.hashes ??= hashesOf(issuer, claims);
    const hash = record.hashes[kind];
    const cutAt = hash === undefined ? undefined : entries.get(hash);
    if (cutAt !== undefined && claims.caller.issuedAt <= cutAt * 1000) return true;
  }
  return false;
}

function hashesOf(issuer: string, { caller, sessionId }: VerifiedClaims): Partial<Record<CutoffKind, string>> {
  const hash = (kind: CutoffKind, id: string) => ({ [kind]: hashCutoff(issuer, kind, id) });
  const { clientId, userId, organizationId, tokenId } = caller;
  return {
    ...hash('organization', organizationId),
    ...hash('client', clientId),
    ...hash('token', tokenId),
    ...(userId === undefined
      ? {}
      : { ...hash('user', userId), ...hash('member', cutoffMemberId(userId, organizationId)) }),
    ...(sessionId === undefined ? {} : hash('session', sessionId)),
  };
}
