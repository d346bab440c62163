import { setTimeout as wait } from 'node:timers/promises';
import type { AccessTokenSubject } from '../domain/access-token.ts';
import { cutoffsOf } from '../domain/cutoff.ts';
import { OAuthError } from '../errors.ts';
import type { CutoffSnapshot } from '../live/cutoffs.ts';
import type { OAuthDeps } from './deps.ts';
import { GrantRefusal } from './grants/grant.ts';

/** A cut-off further ahead of our clock than this means that the store's clock is off. */
const aheadMillisecondsMax = 5_000;

/**
 * When a token may be issued (epoch milliseconds): at once, or in the next second for a subject that was cut off just
 * now, because otherwise the token would already be cut off. Subjects that were not cut off do not wait. Throws
 * `temporarily_unavailable` if the store's clock is ahead.
 */
export async function issueTimeAfterCutoffs(
  { context }: OAuthDeps,
  cutoffs: CutoffSnapshot,
  subject: AccessTokenSubject,
  now: number,
): Promise<number> {
  const lastSecond = Math.max(...cutoffsOf(subject).map((cut) => cutoffs.lastSecondOf(cut) ?? 0));
  const first = (lastSecond + 1) * 1000;
  const ahead = first - context.now();
  if (first <= now) {
    return now;
  }
  if (ahead > aheadMillisecondsMax) {
    throw new OAuthError('temporarily_unavailable', "the store's clock is ahead of the server's; try again");
  }
  await wait(Math.max(ahead, 0));
  // If our clock is a little slow, or stands still, we do not wait for it.
  return Math.max(first, context.now());
}

/** Refuses a token whose subject was cut off while it was being issued: what we decided on no longer holds. */
export function refuseIfCutOffMeanwhile(
  before: CutoffSnapshot,
  latest: CutoffSnapshot,
  subject: AccessTokenSubject,
): void {
  if (before.list === latest.list) {
    return;
  }
  const cut = cutoffsOf(subject).find((one) => latest.isCutAfter(one, before.list.seq));
  if (cut !== undefined) {
    const isClient = cut.kind === 'organization' || cut.kind === 'client';
    throw new OAuthError(
      isClient ? 'invalid_client' : 'invalid_grant',
      isClient ? 'client authentication failed' : 'the credentials for this request are no longer valid',
      { cause: new GrantRefusal('cut_off_meanwhile') },
    );
  }
}
