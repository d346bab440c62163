import { type Actor, makerOf } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newRowId } from '../domain/identifier.ts';
import { invitationMilliseconds } from '../domain/limits.ts';
import type { Role } from '../domain/member.ts';
import type { NewLink, OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import { OrganizationMembers } from '../store/members.ts';
import { insertLink, OrganizationInvitations } from '../store/one-time-links.ts';
import { findUserByEmail } from '../store/users.ts';
import { requireRoomForInvitation } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { requireOrganization } from './organizations.ts';
import { recordAction } from './record-action.ts';

/**
 * Creates an invitation to an organization, replacing an open one for the same email address. The address is a label:
 * whoever holds the link joins, with a new account or with one that they sign in to.
 */
export async function createInvitation(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string; readonly role: Role },
): Promise<NewLink> {
  const organization = await requireOrganization(context, input.organizationId);
  const email = parseEmail(input.email);
  const token = newOneTimeToken();
  const now = context.now();
  const details: OneTimeLink = {
    id: newRowId('invitation'),
    kind: 'invitation',
    organizationId: organization.id,
    userId: null,
    email,
    role: input.role,
    createdBy: makerOf(actor),
    createdAt: now,
    expiresAt: now + invitationMilliseconds,
  };
  await context.database.transaction(async (queries) => {
    const user = await findUserByEmail(queries, email);
    if (user !== undefined && (await new OrganizationMembers(queries, organization.id).find(user.id)) !== undefined) {
      throw new ApiError('conflict', 'this email address already belongs to a member');
    }
    await new OrganizationInvitations(queries, organization.id).removeFor(email);
    await requireRoomForInvitation(context, queries, organization.id);
    await insertLink(queries, details, hashOneTimeToken(token));
    await recordAction(context, queries, {
      actor,
      organizationId: organization.id,
      action: 'invitation.create',
      target: { type: 'invitation', id: details.id },
      details: { email, role: input.role },
    });
  });
  return { link: `${context.config.publicUrl}/console/invite#t=${token}`, details };
}

/** A page of an organization's open invitations. */
export async function readInvitations(
  context: ActionContext,
  organizationId: string,
  page: Page,
): Promise<{ readonly items: readonly OneTimeLink[]; readonly totalCount: number }> {
  const invitations = new OrganizationInvitations(context.database.reader.of(organizationId), organizationId);
  return { items: await invitations.list(page, context.now()), totalCount: await invitations.count(context.now()) };
}

/** Withdraws an open invitation. */
export async function deleteInvitation(
  context: ActionContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<void> {
  await context.database.transaction(async (queries) => {
    const removed = await new OrganizationInvitations(queries, organizationId).remove(id);
    if (removed === undefined) {
      throw new ApiError('not_found', 'invitation not found, or no longer open');
    }
    await recordAction(context, queries, {
      actor,
      organizationId,
      action: 'invitation.delete',
      target: { type: 'invitation', id },
      details: { email: removed.email, role: removed.role },
    });
  });
}
