import type { Actor } from '../domain/audit-entry.ts';
import { parseName } from '../domain/name.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { endSessions, touchSession } from '../store/console-sessions.ts';
import { voidResetLinks } from '../store/one-time-links.ts';
import type { ActionContext } from './context.ts';
import { hashNewPassword } from './new-password.ts';
import { fieldsOf, recordAction } from './record-action.ts';
import type { SignedIn } from './sessions.ts';
import { revokeTokens, updateOrConflict } from './users.ts';

/** What users can change about themselves. */
export type AccountChange = Partial<Pick<User, 'locale' | 'theme'> & { readonly name: string }>;

/** Changes a user's own name, language or theme. */
export async function updateAccount(
  context: ActionContext,
  actor: Actor,
  user: User,
  change: AccountChange,
): Promise<User> {
  const parsed = { ...change, ...(change.name === undefined ? {} : { name: parseName(change.name) }) };
  return context.database.transaction(async (queries) => {
    const changed = await updateOrConflict(context, queries, user, parsed);
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'user.update',
      target: { type: 'user', id: user.id },
      details: { before: fieldsOf(user, parsed), after: parsed },
    });
    return changed;
  });
}

/** Changes a user's own password, ends every other session and revokes all tokens of the user. */
export async function changeOwnPassword(
  context: ActionContext,
  actor: Actor,
  { user, session }: SignedIn,
  input: { readonly newPassword: string; readonly hasher: PasswordHasher },
): Promise<void> {
  const passwordHash = await hashNewPassword(context, input.hasher, input.newPassword, user);
  await context.database.transaction(async (queries) => {
    const now = context.now();
    await updateOrConflict(context, queries, user, { passwordHash, sessionsEndedAt: now });
    await endSessions(queries, user.id, { except: session.id });
    await voidResetLinks(queries, user.id);
    // This session goes on: it counts as begun after all others ended.
    await touchSession(queries, session.id, { createdAt: now, lastUsedAt: now, recentAt: now });
    await revokeTokens(context, queries, user, 'password_changed');
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'user.set_password',
      target: { type: 'user', id: user.id },
    });
  });
}
