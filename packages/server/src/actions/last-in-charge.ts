import { ApiError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { claimOrganization, findOrganization } from '../store/organizations.ts';
import { listMemberships, listOperators, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';

/**
 * Refuses to leave the instance without an operator who can sign in. Call it in the transaction that takes the rights
 * or the account from an operator; of two who take them from each other at once, one is refused with `conflict`.
 */
export async function refuseWithoutOperator(
  context: ActionContext,
  queries: Queries,
  user: { readonly id: string; readonly isOperator: boolean },
): Promise<void> {
  if (!user.isOperator) {
    return;
  }
  const others = (await listOperators(queries)).filter(({ id, state }) => id !== user.id && state === 'active');
  const [remaining] = others;
  if (remaining === undefined) {
    throw new ApiError('conflict', 'this is the last operator who can sign in; add another operator first');
  }
  // The version of the one who stays decides between two who leave at once.
  if ((await updateUser(queries, remaining, {}, context.now())) === undefined) {
    throw new ApiError('conflict', 'the operators were changed by someone else; try again');
  }
}

/** Refuses to leave an organization without an owner who can sign in; its version decides between two who leave at once. */
export async function refuseWithoutOwner(
  context: ActionContext,
  queries: Queries,
  organizationId: string,
  userId: string,
): Promise<void> {
  // Read before the owners are counted: an owner who leaves in between changes its version.
  const organization = await findOrganization(queries, organizationId);
  if ((await new OrganizationMembers(queries, organizationId).countActiveOwners({ except: userId })) === 0) {
    const name = organization?.name ?? organizationId;
    throw new ApiError(
      'conflict',
      `this is the last owner of ${name} who can sign in; make another member an owner first`,
    );
  }
  if (organization === undefined || !(await claimOrganization(queries, organization, context.now()))) {
    throw new ApiError('conflict', 'the organization was changed by someone else; try again');
  }
}

/** Refuses to take a user away who is the last operator, or the last owner of any organization, who can sign in. */
export async function refuseIfLastInCharge(
  context: ActionContext,
  queries: Queries,
  user: { readonly id: string; readonly isOperator: boolean },
): Promise<void> {
  await refuseWithoutOperator(context, queries, user);
  for (const { organizationId, role } of await listMemberships(queries, user.id)) {
    if (role === 'owner') {
      await refuseWithoutOwner(context, queries, organizationId, user.id);
    }
  }
}
