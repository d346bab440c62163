import { setTimeout as wait } from 'node:timers/promises';
import type { AccessTokenSubject } from '../domain/access-token.ts';
import { cutsOf } from '../domain/cutoff.ts';
import { OAuthError } from '../errors.ts';
import type { CutoffLook } from '../live/cutoffs.ts';
import type { OAuthDeps } from './deps.ts';
import { GrantRefusal } from './grants/grant.ts';

/** A cut further ahead of our clock than this means that the store's clock is off. */
const aheadMillisecondsMax = 5_000;

/**
 * The moment at which a token may be issued (epoch milliseconds): at once, or for something that was cut off just now
 * in the next second, for else the token would be born dead. Who had nothing cut off waits for nothing.
 */
export async function momentAfterCuts(
  { context }: OAuthDeps,
  look: CutoffLook,
  subject: AccessTokenSubject,
  now: number,
): Promise<number> {
  const lastSecond = Math.max(...cutsOf(subject).map((cut) => look.lastSecondOf(cut) ?? 0));
  const first = (lastSecond + 1) * 1000;
  const ahead = first - context.now();
  if (first <= now) {
    return now;
  }
  if (ahead > aheadMillisecondsMax) {
    throw new OAuthError('temporarily_unavailable', "the clock of the store is ahead of the server's; try again");
  }
  await wait(Math.max(ahead, 0));
  // A clock that is a little slow, or stands still, is not waited for.
  return Math.max(first, context.now());
}

/** Refuses a token whose subject was cut off while it was being made: what was decided on is not so any more. */
export function refuseIfCutSince(before: CutoffLook, latest: CutoffLook, subject: AccessTokenSubject): void {
  if (before.list === latest.list) {
    return;
  }
  const cut = cutsOf(subject).find((one) => before.lastSecondOf(one) !== latest.lastSecondOf(one));
  if (cut !== undefined && latest.lastSecondOf(cut) !== undefined) {
    const isClient = cut.kind === 'organization' || cut.kind === 'client';
    throw new OAuthError(
      isClient ? 'invalid_client' : 'invalid_grant',
      isClient ? 'client authentication failed' : 'what the token was asked for with is not valid any more',
      { cause: new GrantRefusal('cut_off_meanwhile') },
    );
  }
}
