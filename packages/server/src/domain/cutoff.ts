import { cutoffMemberId } from '@bindery/guard/issuer';
import { clockToleranceSeconds } from './limits.ts';

/** What can be cut off, by what its id is. */
export type Cutoff =
  | { readonly kind: 'organization' | 'client' | 'user'; readonly id: string }
  /** A user in one organization. */
  | { readonly kind: 'member'; readonly userId: string; readonly organizationId: string }
  /** All that came from one sign-in: the id of its refresh family. */
  | { readonly kind: 'session'; readonly id: string }
  /** One access token: its `jti`. */
  | { readonly kind: 'token'; readonly id: string };

export type CutoffKind = Cutoff['kind'];

/** The one text that names what was cut off among others of its kind. */
export function cutoffId(cutoff: Cutoff): string {
  return cutoff.kind === 'member' ? cutoffMemberId(cutoff.userId, cutoff.organizationId) : cutoff.id;
}

/** What a token names, as far as it can be cut off. */
export interface CutoffSubject {
  readonly organizationId: string;
  readonly clientId: string;
  /** Equal to the client's id where no person is involved. */
  readonly subject: string;
  readonly sessionId?: string;
}

/** Every cut that ends a token that names `subject`, except that of the single token. */
export function cutoffsOf({ organizationId, clientId, subject, sessionId }: CutoffSubject): readonly Cutoff[] {
  return [
    { kind: 'organization', id: organizationId },
    { kind: 'client', id: clientId },
    ...(subject === clientId
      ? []
      : [{ kind: 'user', id: subject } as const, { kind: 'member', userId: subject, organizationId } as const]),
    ...(sessionId === undefined ? [] : [{ kind: 'session', id: sessionId } as const]),
  ];
}

/** How long lifetimes of tokens reach back: `lifetimeSeconds` now, and older tokens to a moment (epoch milliseconds). */
export interface TokenLifetimes {
  readonly lifetimeSeconds: number;
  readonly olderTokensEnd: number;
}

/** A cut counts for the whole of its second and, on a shared store, for the two after it. */
const cutSeconds = 3;
const slackMilliseconds = (clockToleranceSeconds + cutSeconds) * 1000;

/** When the last token that a cut at `cutAt` could concern has died, for every guard. */
export function cutoffEnd(cutAt: number, { lifetimeSeconds, olderTokensEnd }: TokenLifetimes): number {
  return Math.max(cutAt + lifetimeSeconds * 1000, olderTokensEnd) + slackMilliseconds;
}

/** The lifetimes from a moment on at which tokens begin to live otherwise; what was issued before lives on. */
export function changedLifetimes(before: TokenLifetimes, lifetimeSeconds: number, now: number): TokenLifetimes {
  return {
    lifetimeSeconds,
    olderTokensEnd: Math.max(before.olderTokensEnd, now + before.lifetimeSeconds * 1000),
  };
}
