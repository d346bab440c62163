import { type Actor, makerOf } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newRowId } from '../domain/identifier.ts';
import { invitationMilliseconds } from '../domain/limits.ts';
import type { NewLink, OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import { ApiError } from '../errors.ts';
import { insertLink, listOperatorInvitations, removeOperatorInvitation } from '../store/one-time-links.ts';
import { requireRoomForInvitation } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

/** Creates an invitation to become an operator, replacing an open one for the same email address. */
export async function createOperatorInvitation(context: ActionContext, actor: Actor, email: string): Promise<NewLink> {
  const token = newOneTimeToken();
  const now = context.now();
  const details: OneTimeLink = {
    id: newRowId('invitation'),
    kind: 'operator_invitation',
    organizationId: null,
    userId: null,
    email: parseEmail(email),
    role: null,
    createdBy: makerOf(actor),
    createdAt: now,
    expiresAt: now + invitationMilliseconds,
  };
  await context.database.transaction(async (queries) => {
    await removeOperatorInvitation(queries, { email: details.email ?? '' });
    await requireRoomForInvitation(context, queries, null);
    await insertLink(queries, details, hashOneTimeToken(token));
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'operator.invite',
      target: { type: 'invitation', id: details.id },
      details: { email: details.email },
    });
  });
  return { link: `${context.config.publicUrl}/console/invite#t=${token}`, details };
}

/** The open invitations to become an operator, newest first. */
export function readOperatorInvitations(context: ActionContext): Promise<readonly OneTimeLink[]> {
  return listOperatorInvitations(context.database.queries, context.now());
}

/** Withdraws an open invitation to become an operator. */
export async function deleteOperatorInvitation(context: ActionContext, actor: Actor, id: string): Promise<void> {
  await context.database.transaction(async (queries) => {
    const removed = await removeOperatorInvitation(queries, { id });
    if (removed === undefined) {
      throw new ApiError('not_found', 'invitation not found, or no longer open');
    }
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'operator.withdraw_invitation',
      target: { type: 'invitation', id },
      details: { email: removed.email },
    });
  });
}
