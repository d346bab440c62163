import type { Actor } from '../domain/audit-entry.ts';
import type { Member, Role } from '../domain/member.ts';
import type { Page } from '../domain/page.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { voidLinksBeyondRights, voidResetLinks } from '../store/one-time-links.ts';
import { revokeRefreshFamilies } from '../store/refresh-families.ts';
import { requireRoomForMember } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { refuseWithoutOwner } from './last-in-charge.ts';
import { requireOrganization } from './organizations.ts';
import { recordAction } from './record-action.ts';
import { changeUser } from './users.ts';

/**
 * Adds the user with an address to an organization. For the command line only: whoever holds the store may do
 * everything, while in the console and the management API nobody gains a right by an address.
 */
export async function addMember(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string; readonly role: Role },
): Promise<User> {
  const organization = await requireOrganization(context, input.organizationId);
  return changeUser(context, input.email, async (queries, user) => {
    await requireRoomForMember(context, queries, organization.id);
    if (!(await new OrganizationMembers(queries, organization.id).insert(user.id, input.role, context.now()))) {
      throw new ApiError('conflict', 'this user is already a member of the organization');
    }
    await recordAction(context, queries, {
      actor,
      organizationId: organization.id,
      action: 'member.add',
      target: { type: 'user', id: user.id },
      details: { email: user.email, role: input.role },
    });
    return user;
  });
}

/** A page of an organization's members. */
export async function readMembers(
  context: ActionContext,
  organizationId: string,
  page: Page,
): Promise<readonly Member[]> {
  const organization = await requireOrganization(context, organizationId);
  return new OrganizationMembers(context.database.reader.of(organization.id), organization.id).list(page);
}

/** Changes a member's role; throws `conflict` for the last owner. */
export async function setMemberRole(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string; readonly role: Role },
): Promise<Member> {
  return changeMember(context, input, async (queries, organizationId, member) => {
    const members = new OrganizationMembers(queries, organizationId);
    if (member.role === 'owner' && input.role !== 'owner') {
      await refuseWithoutOwner(context, queries, organizationId, member.userId);
    }
    await members.setRole(member.userId, input.role);
    await voidLinksBeyondRights(queries, member.userId);
    await recordAction(context, queries, {
      actor,
      organizationId,
      action: 'member.update',
      target: { type: 'user', id: member.userId },
      details: { before: { role: member.role }, after: { role: input.role } },
    });
    return { ...member, role: input.role };
  });
}

/** Removes a member from an organization and revokes the user's tokens there; throws `conflict` for the last owner. */
export async function removeMember(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string },
): Promise<Member> {
  return changeMember(context, input, async (queries, organizationId, member) => {
    await dismiss(context, queries, actor, organizationId, member, {});
    return member;
  });
}

/** Takes a member out of an organization with everything that the membership gave, in the transaction of its cause. */
export async function dismiss(
  context: ActionContext,
  queries: Queries,
  actor: Actor,
  organizationId: string,
  member: Member,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { userId } = member;
  if (member.role === 'owner') {
    await refuseWithoutOwner(context, queries, organizationId, userId);
  }
  await new OrganizationMembers(queries, organizationId).remove(userId);
  await voidLinksBeyondRights(queries, userId);
  await voidResetLinks(queries, userId, organizationId);
  const revoked = await revokeRefreshFamilies(queries, { userId, organizationId }, 'member_removed', context.now());
  await cutOff(context, queries, { kind: 'member', userId, organizationId });
  await recordAction(context, queries, {
    actor,
    organizationId,
    action: 'member.remove',
    target: { type: 'user', id: userId },
    details: { email: member.email, role: member.role, refresh_tokens_revoked: revoked, ...details },
  });
}

async function changeMember<Result>(
  context: ActionContext,
  input: { readonly organizationId: string; readonly email: string },
  change: (queries: Queries, organizationId: string, member: Member) => Promise<Result>,
): Promise<Result> {
  const { id } = await requireOrganization(context, input.organizationId);
  return changeUser(context, input.email, async (queries, user) => {
    const member = await new OrganizationMembers(queries, id).find(user.id);
    if (member === undefined) {
      throw new ApiError('not_found', 'this user is not a member of the organization');
    }
    return change(queries, id, member);
  });
}
