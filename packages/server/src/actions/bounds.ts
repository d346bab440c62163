import { ApiError } from '../errors.ts';
import { OrganizationClients } from '../store/api-clients.ts';
import { countApiCredentials } from '../store/api-credentials.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { countOperatorInvitations, OrganizationInvitations } from '../store/one-time-links.ts';
import { lockInstance, lockOrganization } from '../store/row-locks.ts';
import type { ActionContext } from './context.ts';

// How many of everything there may be. Call these in the transaction that adds one, before it does: the count is exact,
// since two who add at the same time wait for each other. All throw `conflict` with the number.

/** Refuses another API client of an organization. */
export async function requireRoomForClient(context: ActionContext, queries: Queries, organizationId: string) {
  await lockOrganization(queries, organizationId);
  const { clientsPerOrganization } = context.config.bounds;
  const count = await new OrganizationClients(queries, organizationId).count();
  refuseAt(count, clientsPerOrganization, 'API clients in this organization', 'BINDERY_MAX_CLIENTS');
}

/** Refuses another member of an organization. */
export async function requireRoomForMember(context: ActionContext, queries: Queries, organizationId: string) {
  await lockOrganization(queries, organizationId);
  const { membersPerOrganization } = context.config.bounds;
  const count = await new OrganizationMembers(queries, organizationId).count();
  refuseAt(count, membersPerOrganization, 'members in this organization', 'BINDERY_MAX_MEMBERS');
}

/** Refuses another open invitation: of an organization or, with null, to become an operator. */
export async function requireRoomForInvitation(
  context: ActionContext,
  queries: Queries,
  organizationId: string | null,
) {
  const { openInvitations } = context.config.bounds;
  if (organizationId === null) {
    await lockInstance(queries);
    const count = await countOperatorInvitations(queries, context.now());
    refuseAt(count, openInvitations, 'open invitations to become an operator', 'BINDERY_MAX_INVITATIONS');
    return;
  }
  await lockOrganization(queries, organizationId);
  const count = await new OrganizationInvitations(queries, organizationId).count(context.now());
  refuseAt(count, openInvitations, 'open invitations in this organization', 'BINDERY_MAX_INVITATIONS');
}

/** Refuses another API credential. */
export async function requireRoomForApiCredential(context: ActionContext, queries: Queries) {
  await lockInstance(queries);
  const { apiCredentials } = context.config.bounds;
  refuseAt(await countApiCredentials(queries), apiCredentials, 'API credentials', 'BINDERY_MAX_API_CREDENTIALS');
}

function refuseAt(count: number, max: number, what: string, setting: string): void {
  if (count >= max) {
    throw new ApiError(
      'conflict',
      `there are ${count} ${what} and at most ${max} are allowed: remove one first, or ask the operator of this instance to raise ${setting}`,
    );
  }
}
