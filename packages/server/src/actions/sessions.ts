import type { Actor } from '../domain/audit-entry.ts';
import type { ConsoleSession } from '../domain/console-session.ts';
import { newRowId } from '../domain/identifier.ts';
import { sessionAbsoluteMilliseconds, sessionIdleMilliseconds } from '../domain/limits.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import { checkNewPassword, type PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import { endSessions, findSession, insertSession, touchSession } from '../store/console-sessions.ts';
import type { Queries } from '../store/database.ts';
import { revokeRefreshFamilies } from '../store/refresh-families.ts';
import { findUser, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';

/** How often the use of a session is recorded. */
const touchMilliseconds = 60_000;

/** A session and the user it is of. */
export interface SignedIn {
  readonly session: ConsoleSession;
  readonly user: User;
}

/** Starts a session of a user whose password was found right; returns the token for the cookie. */
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
    // When the password was sent, not when it was found right: a change of it in between ends this session too.
    createdAt: startedAt,
    lastUsedAt: now,
    recentAt: now,
    expiresAt: now + sessionAbsoluteMilliseconds,
    address: actor.address,
    userAgent: actor.userAgent,
  };
  await insertSession(queries, session, hashOneTimeToken(token));
  await insertAuditEntry(queries, {
    at: now,
    actor: { ...actor, type: 'user', id: user.id },
    organizationId: null,
    action: 'session.start',
    target: { type: 'user', id: user.id },
    outcome: 'done',
  });
  return { session, token };
}

/** The session of a cookie, or undefined when there is none any more; keeps that it is in use. */
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

/** Ends a session of a user; throws `not_found` for one that is not its own. */
export async function endSession(context: ActionContext, actor: Actor, userId: string, id: string): Promise<void> {
  await context.database.transaction(async (queries) => {
    if ((await endSessions(queries, userId, { id })) === 0) {
      throw new ApiError('not_found', 'there is no such session');
    }
    await insertAuditEntry(queries, {
      at: context.now(),
      actor,
      organizationId: null,
      action: 'session.end',
      target: { type: 'user', id: userId },
      outcome: 'done',
    });
  });
}

/** Changes the own password; every other session and all that the user signed in to ends. */
export async function changeOwnPassword(
  context: ActionContext,
  actor: Actor,
  signedIn: SignedIn,
  input: { readonly newPassword: string; readonly hasher: PasswordHasher },
): Promise<void> {
  const passwordHash = await input.hasher.hash(checkNewPassword(input.newPassword));
  const { user, session } = signedIn;
  await context.database.transaction(async (queries) => {
    const now = context.now();
    // This session stays: it is moved past the end of all others.
    const changed = await updateUser(queries, user, { passwordHash, sessionsEndedAt: now }, now);
    if (changed === undefined) {
      throw new ApiError('conflict', 'your account was changed at the same moment; try again');
    }
    await endSessions(queries, user.id, { except: session.id });
    await touchSession(queries, session.id, { createdAt: now, lastUsedAt: now, recentAt: now });
    await revokeRefreshFamilies(queries, { userId: user.id }, 'password_changed', now);
    await cutOff(context, queries, { kind: 'user', id: user.id });
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: null,
      action: 'user.set_password',
      target: { type: 'user', id: user.id },
      outcome: 'done',
    });
  });
}
