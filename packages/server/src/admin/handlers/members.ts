import { createInvitation, deleteInvitation, readInvitations } from '../../actions/invitations.ts';
import { removeMember, setMemberRole } from '../../actions/members.ts';
import { createResetLink } from '../../actions/password-reset.ts';
import type { Member } from '../../domain/member.ts';
import type { OneTimeLink } from '../../domain/one-time-link.ts';
import { ApiError } from '../../errors.ts';
import { OrganizationMembers } from '../../store/members.ts';
import type { Call, Handlers } from '../call.ts';
import type { OperationName, ResponseOf } from '../contract/index.ts';
import type { memberOperations } from '../contract/members.ts';
import { toMember, toTimestamp } from './wire.ts';

type AnyCall = Call<OperationName>;

/** Who belongs to an organization, and who is invited. */
export const memberHandlers: Handlers<keyof typeof memberOperations> = {
  async listMembers({ context, organizationId, query, role }) {
    const { pageSize, pageNumber } = query;
    const members = new OrganizationMembers(context.database.reader.of(organizationId), organizationId);
    const items = await members.list({ size: pageSize, number: pageNumber });
    // Only owners can create a reset link, so only they learn whether a member has rights elsewhere.
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
      throw new ApiError('forbidden', 'only an owner can remove other members', { refusal: { reason: 'not_owner' } });
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
};

async function requireMember(call: AnyCall): Promise<Member> {
  const members = new OrganizationMembers(call.context.database.queries, call.organizationId);
  const member = await members.find(call.parameters['userId'] ?? '');
  if (member === undefined) {
    throw new ApiError('not_found', 'member not found');
  }
  return member;
}

/** Whoever holds the link can sign in as the user, which must not take an owner beyond their own organization. */
function refuseBeyondOrganization({ hasRightsElsewhere }: Member): void {
  if (hasRightsElsewhere) {
    throw new ApiError(
      'forbidden',
      'this member has rights beyond this organization, so only an operator can create the link',
      { refusal: { reason: 'beyond_organization' } },
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
