import { z } from 'zod';
import { email, type Operation, pageOf, pageQuery, role, timestamp } from './operation.ts';

export const member = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role,
  state: z.enum(['active', 'disabled']),
  joinedAt: timestamp,
  /** An operator or a member of other organizations: only an operator can create a reset link. Shown to owners only. */
  hasRightsElsewhere: z.boolean(),
});

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  createdAt: timestamp,
  expiresAt: timestamp,
});

const base = '/admin/organizations/{organizationId}';

export const memberOperations = {
  listMembers: {
    method: 'GET',
    path: `${base}/members`,
    summary: 'List members',
    tag: 'Members',
    caller: 'member',
    query: pageQuery,
    status: 200,
    response: pageOf(member),
  },
  updateMember: {
    method: 'PATCH',
    path: `${base}/members/{userId}`,
    summary: 'Change the role of a member; the last owner cannot be changed',
    tag: 'Members',
    caller: 'owner',
    recent: true,
    body: z.object({ role }).strict(),
    status: 200,
    response: member,
  },
  removeMember: {
    method: 'DELETE',
    path: `${base}/members/{userId}`,
    summary: 'Remove a member, or leave; the last owner cannot be removed',
    tag: 'Members',
    caller: 'member',
    recent: true,
    status: 204,
  },
  createResetLink: {
    method: 'POST',
    path: `${base}/members/{userId}/reset-link`,
    summary: 'Create a single-use link with which a member sets a new password, valid for one hour',
    tag: 'Members',
    caller: 'owner',
    recent: true,
    status: 201,
    response: z.object({ link: z.string(), expiresAt: timestamp }),
  },
  listInvitations: {
    method: 'GET',
    path: `${base}/invitations`,
    summary: 'List open invitations',
    tag: 'Members',
    caller: 'member',
    query: pageQuery,
    status: 200,
    response: pageOf(invitation),
  },
  createInvitation: {
    method: 'POST',
    path: `${base}/invitations`,
    summary: 'Invite somebody by email address; only this response contains the link',
    tag: 'Members',
    caller: 'owner',
    recent: true,
    body: z.object({ email, role }).strict(),
    status: 201,
    response: z.object({ invitation, link: z.string() }),
  },
  deleteInvitation: {
    method: 'DELETE',
    path: `${base}/invitations/{invitationId}`,
    summary: 'Revoke an invitation',
    tag: 'Members',
    caller: 'owner',
    status: 204,
  },
} as const satisfies Record<string, Operation>;
