import * as crypto from 'node:crypto';
import type { VerifiedClaims } from './claims.ts';
import type { CutoffRecord } from './cutoff-check.ts';
import type { GuardKey } from './keys.ts';

/** A token with a valid signature and valid claims, and the key that verified it. */
export interface CachedToken {
  readonly claims: VerifiedClaims;
  readonly kid: string;
  readonly key: GuardKey['key'];
  readonly cutoffRecord: CutoffRecord;
}

/** Verified tokens; the least recently used ones are dropped first, approximately. */
export interface TokenCache {
  get(tokenHash: string): CachedToken | undefined;
  set(tokenHash: string, cached: CachedToken): void;
  delete(tokenHash: string): void;
  readonly size: number;
}

/** Makes a cache of at most `sizeMax` tokens; with 0 nothing is cached. */
export function createTokenCache(sizeMax: number): TokenCache {
  // A Map keeps insertion order. A used entry is only marked, because moving it to the end on each use costs more than
  // the look-up: it is moved when its turn to be dropped comes.
  const entries = new Map<string, { readonly cached: CachedToken; isUsed: boolean }>();

  function dropOne(): void {
    for (const [tokenHash, entry] of entries) {
      entries.delete(tokenHash);
      if (!entry.isUsed) return;
      entry.isUsed = false;
      entries.set(tokenHash, entry);
    }
  }

  return {
    get(tokenHash) {
      const entry = entries.get(tokenHash);
      if (!entry) return undefined;
      entry.isUsed = true;
      return entry.cached;
    },
    set(tokenHash, cached) {
      if (sizeMax === 0) return;
      entries.delete(tokenHash);
      if (entries.size >= sizeMax) dropOne();
      entries.set(tokenHash, { cached, isUsed: false });
    },
    delete(tokenHash) {
      entries.delete(tokenHash);
    },
    get size() {
      return entries.size;
    },
  };
}

/** SHA-256 over the whole token, so that only identical tokens share an entry. */
export const hashToken: (token: string) => string =
  // One call is three times as fast, but needs Node 20.12 and is missing in other runtimes.
  typeof crypto.hash === 'function'
    ? (token) => crypto.hash('sha256', token, 'base64')
    : (token) => crypto.createHash('sha256').update(token).digest('base64');
