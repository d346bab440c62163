import type { Actor } from '../domain/audit-entry.ts';
import type { ConsoleSession } from '../domain/console-session.ts';
import { newRowId } from '../domain/identifier.ts';
import { sessionAbsoluteMilliseconds, sessionIdleMilliseconds } from '../domain/limits.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { endIdlestSessions, endSessions, findSession, insertSession, touchSession } from '../store/console-sessions.ts';
import type { Queries } from '../store/database.ts';
import { lockUser } from '../store/row-locks.ts';
import { findUser } from '../store/users.ts';
import { takeUntoldGuesses } from '../store/wrong-passwords.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

/** How often the use of a session is recorded. */
const touchMilliseconds = 60_000;

/** A session and its user. */
export interface SignedIn {
  readonly session: ConsoleSession;
  readonly user: User;
}

/** Starts a session of a user whose password was correct; returns the token for the cookie. */
export async function startSession(
  context: ActionContext,
  queries: Queries,
  actor: Actor,
  user: Pick<User, 'id'>,
  startedAt: number,
): Promise<{ readonly session: ConsoleSession; readonly token: string }> {
  const token = newOneTimeToken();
  const now = context.now();
  const session: ConsoleSession = {
    id: newRowId('session'),
    userId: user.id,
    // When the password was sent, not when it was verified: a new password set in between ends this session too.
    createdAt: startedAt,
    lastUsedAt: now,
    recentAt: now,
    expiresAt: now + sessionAbsoluteMilliseconds,
    address: actor.address,
    userAgent: actor.userAgent,
    wrongPasswords: (await takeUntoldGuesses(queries, user.id)) ?? null,
  };
  await lockUser(queries, user.id);
  await endIdlestSessions(queries, user.id, context.config.bounds.sessionsPerUser - 1);
  await insertSession(queries, session, hashOneTimeToken(token));
  await recordAction(context, queries, {
    actor: { ...actor, type: 'user', id: user.id },
    organizationId: null,
    action: 'session.start',
    target: { type: 'user', id: user.id },
  });
  return { session, token };
}

/** The session of a cookie, undefined if it has ended; records that it is in use. */
export async function readSession(context: ActionContext, token: string): Promise<SignedIn | undefined> {
  const { queries } = context.database;
  const now = context.now();
  const session = await findSession(queries, hashOneTimeToken(token), now, now - sessionIdleMilliseconds);
  const user = session && (await findUser(queries, session.userId));
  if (session === undefined || user === undefined) {
    return undefined;
  }
  if (now - session.lastUsedAt > touchMilliseconds) {
    await touchSession(queries, session.id, { lastUsedAt: now });
  }
  return { session, user };
}

/** Ends a session of a user; throws `not_found` for a session of another user. */
export async function endSession(context: ActionContext, actor: Actor, userId: string, id: string): Promise<void> {
  await context.database.transaction(async (queries) => {
    if ((await endSessions(queries, userId, { id })) === 0) {
      throw new ApiError('not_found', 'session not found');
    }
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'session.end',
      target: { type: 'user', id: userId },
    });
  });
}
