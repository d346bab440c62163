import { createInvitation, createResetLink, deleteInvitation, readInvitations } from '../../actions/invitations.ts';
import { deleteOrganization, requireOrganization, updateOrganizationDetails } from '../../actions/organizations.ts';
import { readOverview } from '../../actions/usage.ts';
import { removeMember, setMemberRole } from '../../actions/users.ts';
import { ApiError } from '../../errors.ts';
import type { AuditFilter } from '../../store/audit.ts';
import { type Member, OrganizationMembers } from '../../store/members.ts';
import type { OneTimeLink } from '../../store/one-time-links.ts';
import { type Call, type Handlers, setEtag } from '../call.ts';
import type { OperationName, QueryOf, ResponseOf } from '../contract/index.ts';
import type { organizationOperations } from '../contract/organizations.ts';
import { exportTrail, type NamedRecord, readTrail } from './trail.ts';
import { toClient, toMember, toOrganization, toTimestamp } from './wire.ts';

type AnyCall = Call<OperationName>;

/** One organization: what it is, who is in it, what happened in it. */
export const organizationHandlers: Handlers<keyof typeof organizationOperations> = {
  async getOrganization({ context, organizationId, reply }) {
    const organization = await requireOrganization(context, organizationId);
    setEtag(reply, organization.version);
    return toOrganization(organization);
  },

  async getOverview({ context, organizationId }) {
    const { days, clientCount, expiring, neverUsed, idle } = await readOverview(context, organizationId);
    return {
      days: [...days],
      clientCount,
      expiring: expiring.clients.map(toClient),
      neverUsed: neverUsed.clients.map(toClient),
      idle: idle.clients.map(toClient),
      counts: { expiring: expiring.count, neverUsed: neverUsed.count, idle: idle.count },
    };
  },

  async updateOrganization({ context, actor, organizationId, version, body, reply }) {
    const changed = await updateOrganizationDetails(
      context,
      actor,
      { organizationId, version },
      {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.contact === undefined ? {} : { contact: body.contact }),
      },
    );
    setEtag(reply, changed.version);
    return toOrganization(changed);
  },

  async deleteOrganization({ context, actor, organizationId, version }) {
    await deleteOrganization(context, actor, { organizationId, version });
  },

  async listMembers({ context, organizationId, query, role }) {
    const { pageSize, pageNumber } = query;
    const members = new OrganizationMembers(context.database.queries, organizationId);
    const items = await members.list({ size: pageSize, number: pageNumber });
    // Where else somebody has rights is for those alone who could make a reset link.
    const shown = items.map((item) => (role === 'owner' ? item : { ...item, hasRightsElsewhere: false }));
    return { items: shown.map(toMember), totalCount: await members.count(), pageNumber, pageSize };
  },

  async updateMember(call) {
    const { email } = await requireMember(call);
    const { context, actor, organizationId } = call;
    return toMember(await setMemberRole(context, actor, { organizationId, email, role: call.body.role }));
  },

  async removeMember(call) {
    const { email, userId } = await requireMember(call);
    if (call.role !== 'owner' && userId !== call.signedIn.user.id) {
      throw new ApiError('forbidden', 'only an owner of the organization may take others out');
    }
    await removeMember(call.context, call.actor, { organizationId: call.organizationId, email });
  },

  async createResetLink(call) {
    const member = await requireMember(call);
    refuseBeyondOrganization(member);
    const made = await createResetLink(call.context, call.actor, member.email, call.organizationId);
    return { link: made.link, expiresAt: toTimestamp(made.details.expiresAt) };
  },

  async listInvitations({ context, organizationId, query }) {
    const { pageSize, pageNumber } = query;
    const { items, totalCount } = await readInvitations(context, organizationId, {
      size: pageSize,
      number: pageNumber,
    });
    return { items: items.map(toInvitation), totalCount, pageNumber, pageSize };
  },

  async createInvitation({ context, actor, organizationId, body }) {
    const made = await createInvitation(context, actor, { organizationId, email: body.email, role: body.role });
    return { invitation: toInvitation(made.details), link: made.link };
  },

  async deleteInvitation({ context, actor, organizationId, parameters }) {
    await deleteInvitation(context, actor, organizationId, parameters['invitationId'] ?? '');
  },

  async listAudit({ context, organizationId, query }) {
    const { limit, before } = query;
    const { items, next } = await readTrail(context, filterOf(organizationId, query), { limit, before });
    return { items: items.map(toAuditEntry), next };
  },

  async exportAudit({ context, organizationId, query, reply }) {
    exportTrail(context, reply, `audit-${organizationId}`, filterOf(organizationId, query), toAuditEntry);
  },
};

async function requireMember(call: AnyCall): Promise<Member> {
  const members = new OrganizationMembers(call.context.database.queries, call.organizationId);
  const member = await members.find(call.parameters['userId'] ?? '');
  if (member === undefined) {
    throw new ApiError('not_found', 'there is no such member');
  }
  return member;
}

/** Whoever holds the link can sign in as the user: an owner may have that within its own organization, no further. */
function refuseBeyondOrganization({ hasRightsElsewhere }: Member): void {
  if (hasRightsElsewhere) {
    throw new ApiError(
      'forbidden',
      'this member has rights beyond this organization, so only an operator may make the link',
    );
  }
}

function toInvitation(link: OneTimeLink): ResponseOf<'createInvitation'>['invitation'] {
  return {
    id: link.id,
    email: link.email ?? '',
    role: link.role ?? 'member',
    createdAt: toTimestamp(link.createdAt),
    expiresAt: toTimestamp(link.expiresAt),
  };
}

function filterOf(organizationId: string, query: QueryOf<'exportAudit'>): Omit<AuditFilter, 'limit' | 'before'> {
  return {
    organizationId,
    withoutTokens: true,
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.actor === undefined ? {} : { actorId: query.actor }),
    ...(query.target === undefined ? {} : { targetId: query.target }),
    ...(query.from === undefined ? {} : { from: Date.parse(query.from) }),
    ...(query.to === undefined ? {} : { to: Date.parse(query.to) }),
  };
}

function toAuditEntry(record: NamedRecord): ResponseOf<'listAudit'>['items'][number] {
  const { before, after, ...details } = record.details ?? {};
  return {
    id: record.id,
    at: toTimestamp(record.at),
    action: record.action,
    outcome: record.outcome,
    reason: record.reason ?? null,
    actor: { type: record.actor.type, id: record.actor.id, name: record.actorName },
    target: record.target === null ? null : { ...record.target, name: record.targetName },
    before: objectOf(before),
    after: objectOf(after),
    details: Object.keys(details).length === 0 ? null : details,
    address: record.actor.address,
    userAgent: record.actor.userAgent,
    requestId: record.actor.requestId,
  };
}

function objectOf(value: unknown): Record<string, unknown> | null {
  // What actions write under these names is an object.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
