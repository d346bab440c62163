import type { Actor } from '../domain/audit-entry.ts';
import { newPlaceholderEmail } from '../domain/email.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { endSessions } from '../store/console-sessions.ts';
import { OrganizationMembers } from '../store/members.ts';
import { voidLinksBeyondRights, voidResetLinks } from '../store/one-time-links.ts';
import { findUser, listMemberships } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { refuseWithoutOperator } from './last-in-charge.ts';
import { dismiss } from './members.ts';
import { recordAction } from './record-action.ts';
import { updateOrConflict } from './users.ts';

/**
 * Takes an email address from an account that should not have it. The account keeps a placeholder to sign in with and
 * the one organization that vouches for it; every other right, all sessions and all reset links end. Throws `conflict`
 * if that would leave an organization without an owner, or the instance without an operator.
 */
export async function detachAddress(context: ActionContext, actor: Actor, userId: string): Promise<User> {
  return context.database.transaction(async (queries) => {
    const before = await findUser(queries, userId);
    if (before === undefined) {
      throw new ApiError('not_found', 'user not found');
    }
    const now = context.now();
    await refuseWithoutOperator(context, queries, before);
    const memberships = await listMemberships(queries, userId);
    for (const { organizationId } of memberships.filter((other) => other.organizationId !== before.vouchedBy)) {
      const member = await new OrganizationMembers(queries, organizationId).find(userId);
      if (member !== undefined) {
        await dismiss(context, queries, actor, organizationId, member, { reason: 'address_detached' });
      }
    }
    const after = await updateOrConflict(context, queries, before, {
      isOperator: false,
      email: newPlaceholderEmail(),
      addressDetachedAt: now,
      sessionsEndedAt: now,
    });
    await voidLinksBeyondRights(queries, userId);
    if (before.isOperator) {
      const target = { type: 'user', id: userId };
      await recordAction(context, queries, { actor, organizationId: null, action: 'operator.remove', target });
    }
    await endSessions(queries, userId);
    await voidResetLinks(queries, userId);
    const kept = memberships.find(({ organizationId }) => organizationId === before.vouchedBy);
    await recordAction(context, queries, {
      actor,
      organizationId: kept?.organizationId ?? null,
      action: 'user.detach_address',
      target: { type: 'user', id: userId },
      details: { before: { email: before.email }, after: { email: after.email } },
    });
    return after;
  });
}
