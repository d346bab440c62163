import { type Actor, makerOf } from '../domain/audit-entry.ts';
import { newRowId } from '../domain/identifier.ts';
import { resetLinkMilliseconds } from '../domain/limits.ts';
import type { NewLink, OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { endSessions } from '../store/console-sessions.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { insertLink, useLink, voidResetLinks } from '../store/one-time-links.ts';
import { findUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { hashNewPassword } from './new-password.ts';
import { recordAction } from './record-action.ts';
import { invalidLink, requireLink } from './require-link.ts';
import { requireUser, revokeTokens, updateOrConflict } from './users.ts';

/**
 * Creates a link with which a user sets a new password: it works once, for an hour, and voids the one before. It
 * dies with any change of the password or the address, and when its maker may no longer make it. A link that an owner
 * created for an organization works only while the user has no rights beyond that organization.
 */
export async function createResetLink(
  context: ActionContext,
  actor: Actor,
  email: string,
  organizationId: string | null,
): Promise<NewLink> {
  const user = await requireUser(context, email);
  const token = newOneTimeToken();
  const now = context.now();
  const details: OneTimeLink = {
    id: newRowId('link'),
    kind: 'reset',
    organizationId,
    userId: user.id,
    email: user.email,
    role: null,
    createdBy: makerOf(actor),
    createdAt: now,
    expiresAt: now + resetLinkMilliseconds,
  };
  await context.database.transaction(async (queries) => {
    await voidResetLinks(queries, user.id);
    await insertLink(queries, details, hashOneTimeToken(token));
    await recordAction(context, queries, {
      actor,
      organizationId,
      action: 'user.create_reset_link',
      target: { type: 'user', id: user.id },
    });
  });
  return { link: `${context.config.publicUrl}/console/reset#t=${token}`, details };
}

/** Sets a new password with a reset link, ends all sessions and revokes all tokens of the user. */
export async function resetPassword(
  context: ActionContext,
  actor: Actor,
  input: { readonly token: string; readonly password: string; readonly hasher: PasswordHasher },
): Promise<void> {
  const tokenHash = hashOneTimeToken(input.token);
  const { userId } = await requireLink(context, ['reset'], tokenHash);
  const owner = userId === null ? undefined : await findUser(context.database.queries, userId);
  const passwordHash = await hashNewPassword(context, input.hasher, input.password, owner ?? { email: '' });
  await context.database.transaction(async (queries) => {
    const now = context.now();
    const link = await useLink(queries, ['reset'], tokenHash, now);
    const user = link?.userId == null ? undefined : await findUser(queries, link.userId);
    if (user === undefined) {
      throw invalidLink({ reason: 'unknown_link', userId: userId ?? undefined });
    }
    if (!(await isWithinReach(queries, link?.organizationId ?? null, user))) {
      throw invalidLink({ reason: 'beyond_organization', userId: user.id });
    }
    await updateOrConflict(context, queries, user, { passwordHash, sessionsEndedAt: now });
    await voidResetLinks(queries, user.id);
    await endSessions(queries, user.id);
    await revokeTokens(context, queries, user, 'password_changed');
    await recordAction(context, queries, {
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: null,
      action: 'user.set_password',
      target: { type: 'user', id: user.id },
      details: { by: 'reset_link' },
    });
  });
}

/** The owner who created the link may still hold it, and the user may have gained rights elsewhere since then. */
async function isWithinReach(queries: Queries, organizationId: string | null, user: User): Promise<boolean> {
  if (organizationId === null) {
    return true;
  }
  const member = await new OrganizationMembers(queries, organizationId).find(user.id);
  return member !== undefined && !member.hasRightsElsewhere;
}
