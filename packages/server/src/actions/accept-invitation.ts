import type { Actor } from '../domain/audit-entry.ts';
import type { Role } from '../domain/member.ts';
import type { OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken } from '../domain/one-time-token.ts';
import type { Organization } from '../domain/organization.ts';
import type { PasswordHasher } from '../domain/password.ts';
import { newUser, type User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { useLink } from '../store/one-time-links.ts';
import { findUser, insertUser } from '../store/users.ts';
import { requireRoomForMember } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { requireNewPassword } from './new-password.ts';
import { requireOrganization } from './organizations.ts';
import { recordAction } from './record-action.ts';
import { invalidLink, requireLink } from './require-link.ts';
import { startSession } from './sessions.ts';
import { updateOrConflict } from './users.ts';

const kinds = ['invitation', 'operator_invitation'] as const;

/** Limits on the uses of one-time links that cost a hash. */
export interface LinkLimits {
  /** Counts a use before it is tried; throws `too_many_requests`. */
  countLink(linkId: string, network: string): Promise<void>;
  /** Takes back what a use was counted for that worked. */
  forgiveLink(linkId: string, network: string): Promise<void>;
}

/** An invitation that still works. Times are epoch milliseconds. */
export interface OpenInvitation {
  readonly id: string;
  /** Undefined for an invitation to become an operator. */
  readonly organization: Organization | undefined;
  /** The address it was made for. It says nothing about who holds the link, or whether there is an account. */
  readonly email: string;
  readonly role: Role | 'operator';
  readonly expiresAt: number;
}

/** What an invitation is for; throws `not_found` if the link does not work any more. */
export async function readInvitation(context: ActionContext, token: string): Promise<OpenInvitation> {
  const link = await requireLink(context, kinds, hashOneTimeToken(token));
  const { id, organizationId, email, role, expiresAt } = link;
  const organization = organizationId === null ? undefined : await requireOrganization(context, organizationId);
  return { id, organization, email: email ?? '', role: role ?? 'operator', expiresAt };
}

/**
 * Accepts an invitation with a new account for the address it was made for. That an address is taken costs the same as
 * creating the account, is counted against the link, and is recorded.
 */
export async function acceptWithNewAccount(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly token: string;
    readonly password: string;
    readonly name: string | undefined;
    /** The network that the request came from. */
    readonly network: string;
    readonly hasher: PasswordHasher;
    readonly limits: LinkLimits;
  },
): Promise<{ readonly user: User; readonly sessionToken: string }> {
  const { id, organization, email, role } = await readInvitation(context, input.token);
  const password = await requireNewPassword(context, input.password, { email, name: input.name });
  // Not the address: whoever has a link must not be able to lock out the account of that address.
  await input.limits.countLink(id, input.network);
  const startedAt = context.now();
  const user = newUser(
    {
      email,
      name: input.name,
      passwordHash: await input.hasher.hash(password),
      vouchedBy: organization?.id ?? null,
      isOperator: role === 'operator',
    },
    startedAt,
  );
  const accepted = await context.database.transaction(async (queries) => {
    const link = await useOrRefuse(context, queries, input.token);
    if (!(await insertUser(queries, user))) {
      throw new ApiError(
        'conflict',
        'no new account can be created for this email address; sign in to your account, then accept the invitation',
        { refusal: { reason: 'address_taken', organizationId: link.organizationId } },
      );
    }
    await grant(context, queries, { ...actor, type: 'user', id: user.id }, link, user);
    const { token } = await startSession(context, queries, actor, user, startedAt);
    return { user, sessionToken: token };
  });
  await input.limits.forgiveLink(id, input.network);
  return accepted;
}

/** Accepts an invitation as the user who is signed in: whoever holds the link gets the rights, whatever their address. */
export async function acceptAsUser(
  context: ActionContext,
  actor: Actor,
  input: { readonly token: string; readonly userId: string },
): Promise<User> {
  await requireLink(context, kinds, hashOneTimeToken(input.token));
  return context.database.transaction(async (queries) => {
    const link = await useOrRefuse(context, queries, input.token);
    const user = await findUser(queries, input.userId);
    if (user === undefined || user.state !== 'active') {
      throw new ApiError('forbidden', 'this user is disabled', { refusal: { reason: 'user_disabled' } });
    }
    // Claimed by its version: who is disabled at the same moment gets nothing.
    const claimed = await updateOrConflict(
      context,
      queries,
      user,
      link.kind === 'operator_invitation' ? { isOperator: true } : {},
    );
    if (link.kind === 'operator_invitation' && user.isOperator) {
      throw new ApiError('conflict', 'you are an operator already');
    }
    await grant(context, queries, actor, link, user);
    return claimed;
  });
}

async function useOrRefuse(context: ActionContext, queries: Queries, token: string): Promise<OneTimeLink> {
  const link = await useLink(queries, kinds, hashOneTimeToken(token), context.now());
  if (link === undefined) {
    throw invalidLink({ reason: 'unknown_link' });
  }
  return link;
}

async function grant(
  context: ActionContext,
  queries: Queries,
  actor: Actor,
  { id, organizationId, role, email }: OneTimeLink,
  user: User,
): Promise<void> {
  const details = { email: user.email, invited_as: email, invitation: id };
  const target = { type: 'user', id: user.id };
  if (organizationId === null) {
    await recordAction(context, queries, { actor, organizationId, action: 'operator.add', target, details });
    return;
  }
  await requireRoomForMember(context, queries, organizationId);
  const members = new OrganizationMembers(queries, organizationId);
  if (!(await members.insert(user.id, role ?? 'member', context.now()))) {
    throw new ApiError('conflict', 'you are already a member of this organization');
  }
  await recordAction(context, queries, {
    actor,
    organizationId,
    action: 'member.add',
    target,
    details: { ...details, role },
  });
}
