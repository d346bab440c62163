import { cutoffMemberId } from '@bindery/guard/issuer';
import { clockToleranceSeconds } from './limits.ts';
import type { RefreshFamily } from './refresh-family.ts';

/** What tokens can be cut off (revoked before they expire) by: everything issued for it up to a moment is refused. */
export type Cutoff =
  | { readonly kind: 'organization' | 'client' | 'user'; readonly id: string }
  /** A user in one organization. */
  | { readonly kind: 'member'; readonly userId: string; readonly organizationId: string }
  /** All tokens of one sign-in: the id of its refresh family. */
  | { readonly kind: 'session'; readonly id: string }
  /** One access token: its `jti`. */
  | { readonly kind: 'token'; readonly id: string };

export type CutoffKind = Cutoff['kind'];

/**
 * A cut-off to be stored, with whom it counts for: a client or an organization whose entries are too many is cut off as
 * a whole. A user's counts for nobody, because a user belongs to no organization.
 */
export type NewCutoff =
  | { readonly kind: 'organization' | 'user'; readonly id: string }
  | { readonly kind: 'client'; readonly id: string; readonly organizationId: string }
  | { readonly kind: 'member'; readonly userId: string; readonly organizationId: string }
  | {
      readonly kind: 'session' | 'token';
      readonly id: string;
      readonly clientId: string | null;
      readonly organizationId: string | null;
    };

/** The cut-off of a sign-in, that is of all tokens that came from it. */
export function sessionOf({ id, clientId, organizationId }: RefreshFamily): NewCutoff {
  return { kind: 'session', id, clientId, organizationId };
}

/** The text that identifies a cut-off among others of its kind. */
export function cutoffId(cutoff: Cutoff): string {
  return cutoff.kind === 'member' ? cutoffMemberId(cutoff.userId, cutoff.organizationId) : cutoff.id;
}

/** The claims of a token by which it can be cut off. */
export interface CutoffSubject {
  readonly organizationId: string;
  readonly clientId: string;
  /** Equal to the client id if no user is involved. */
  readonly subject: string;
  readonly sessionId?: string;
}

/** Every cut-off that concerns a token with these claims, except that of the single token. */
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

/** How long tokens live: new ones `lifetimeSeconds`; older ones expire by `olderTokensEnd` (epoch milliseconds). */
export interface TokenLifetimes {
  readonly lifetimeSeconds: number;
  readonly olderTokensEnd: number;
}

/** A cut-off covers its whole second and, on a shared store, the two after it. */
const cutoffSeconds = 3;
const slackMilliseconds = (clockToleranceSeconds + cutoffSeconds) * 1000;

/** When the last token that a cut-off at `cutAt` could concern has expired for every guard. */
export function cutoffEnd(cutAt: number, { lifetimeSeconds, olderTokensEnd }: TokenLifetimes): number {
  return Math.max(cutAt + lifetimeSeconds * 1000, olderTokensEnd) + slackMilliseconds;
}

/** The lifetimes after a change at `now`; tokens issued before it keep theirs. */
export function changedLifetimes(before: TokenLifetimes, lifetimeSeconds: number, now: number): TokenLifetimes {
  return {
    lifetimeSeconds,
    olderTokensEnd: Math.max(before.olderTokensEnd, now + before.lifetimeSeconds * 1000),
  };
}
