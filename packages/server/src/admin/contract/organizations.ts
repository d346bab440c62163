import { z } from 'zod';
import { client } from './clients.ts';
import { email, name, type Operation, pageOf, pageQuery, role, timestamp, trailOf } from './operation.ts';

export const organization = z.object({
  id: z.string(),
  name: z.string(),
  contact: z.string().nullable(),
  state: z.enum(['active', 'disabled']),
  apiClients: z.enum(['on', 'off']),
  createdAt: timestamp,
});

export const member = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role,
  state: z.enum(['active', 'disabled']),
  joinedAt: timestamp,
  /** An operator, or a member of other organizations too: then only an operator may make a reset link. Told to owners. */
  hasRightsElsewhere: z.boolean(),
});

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  createdAt: timestamp,
  expiresAt: timestamp,
});

/** One line of the audit trail, with what it needs to be told as a sentence. */
export const auditEntry = z.object({
  id: z.string(),
  at: timestamp,
  action: z.string(),
  outcome: z.enum(['issued', 'done', 'refused']),
  reason: z.string().nullable(),
  actor: z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  target: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string().nullable(),
});

const base = '/admin/organizations/{organizationId}';
const auditQuery = z.object({
  action: z.string().max(60).optional(),
  actor: z.string().max(60).optional(),
  target: z.string().max(60).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});

export const organizationOperations = {
  getOrganization: {
    method: 'GET',
    path: base,
    summary: 'Read an organization',
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: organization,
  },
  getOverview: {
    method: 'GET',
    path: `${base}/overview`,
    summary: 'Read the token requests of the last 30 days, and the clients that want attention',
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: z.object({
      days: z.array(z.object({ date: z.iso.date(), issued: z.number().int(), refused: z.number().int() })),
      clientCount: z.number().int(),
      /** The last secret ends within 14 days; the first five, as of the other kinds. */
      expiring: z.array(client),
      neverUsed: z.array(client),
      /** Not used for 90 days. */
      idle: z.array(client),
      /** How many there are of each kind. */
      counts: z.object({ expiring: z.number().int(), neverUsed: z.number().int(), idle: z.number().int() }),
    }),
  },
  updateOrganization: {
    method: 'PATCH',
    path: base,
    summary: "Change an organization's name or contact",
    tag: 'Organization',
    caller: 'owner',
    conditional: true,
    body: z.object({ name, contact: email.nullable() }).partial().strict(),
    status: 200,
    response: organization,
  },
  deleteOrganization: {
    method: 'DELETE',
    path: base,
    summary: 'Delete an organization with its API clients and binders for good; its audit trail stays',
    tag: 'Organization',
    caller: 'owner',
    recent: true,
    conditional: true,
    status: 204,
  },
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
    summary: 'Change the role of a member; the last owner stays one',
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
    summary: 'Take a member out; the last owner stays. A member may leave by itself',
    tag: 'Members',
    caller: 'member',
    recent: true,
    status: 204,
  },
  createResetLink: {
    method: 'POST',
    path: `${base}/members/{userId}/reset-link`,
    summary: 'Make a link with which a member sets a new password, good once for an hour',
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
    summary: 'Invite somebody by e-mail address; the answer holds the link this once',
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
    summary: 'Withdraw an invitation',
    tag: 'Members',
    caller: 'owner',
    status: 204,
  },
  listAudit: {
    method: 'GET',
    path: `${base}/audit`,
    summary: "List an organization's audit trail without its token requests, newest first",
    tag: 'Audit',
    caller: 'member',
    query: auditQuery.extend({
      before: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    status: 200,
    response: trailOf(auditEntry),
  },
  exportAudit: {
    method: 'GET',
    path: `${base}/audit.ndjson`,
    summary: "Export an organization's audit trail, a line of JSON for each entry",
    tag: 'Audit',
    caller: 'member',
    query: auditQuery,
    status: 200,
    ndjson: true,
  },
} as const satisfies Record<string, Operation>;
