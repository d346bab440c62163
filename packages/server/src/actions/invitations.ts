import type { Actor } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newRowId } from '../domain/identifier.ts';
import { invitationMilliseconds } from '../domain/limits.ts';
import type { Role } from '../domain/member.ts';
import type { NewLink, OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { Organization } from '../domain/organization.ts';
import type { Page } from '../domain/page.ts';
import { checkNewPassword } from '../domain/password.ts';
import { newUser, type User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { OrganizationMembers } from '../store/members.ts';
import { findLink, insertLink, OrganizationInvitations, useLink } from '../store/one-time-links.ts';
import { findUserByEmail, insertUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { requireOrganization } from './organizations.ts';
import { recordAction } from './record-action.ts';
import { startSession } from './sessions.ts';
import { type SignInDeps, signIn } from './sign-in.ts';

/** Invites an e-mail address to an organization; an open invitation for it is replaced. */
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
    email,
    role: input.role,
    createdAt: now,
    expiresAt: now + invitationMilliseconds,
  };
  await context.database.transaction(async (queries) => {
    const user = await findUserByEmail(queries, email);
    if (user !== undefined && (await new OrganizationMembers(queries, organization.id).find(user.id)) !== undefined) {
      throw new ApiError('conflict', 'this e-mail address already belongs to a member');
    }
    await new OrganizationInvitations(queries, organization.id).removeFor(email);
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

/** An open invitation and the user it is for, if the e-mail address has one. Times are epoch milliseconds. */
export interface OpenInvitation {
  readonly organization: Organization;
  readonly email: string;
  readonly role: Role;
  readonly user: User | undefined;
  readonly expiresAt: number;
}

/** What an invitation is for; throws `not_found` if the link does not work any more. */
export async function readInvitation(context: ActionContext, token: string): Promise<OpenInvitation> {
  const { queries } = context.database;
  const link = await findLink(queries, 'invitation', hashOneTimeToken(token), context.now());
  if (link === undefined || link.organizationId === null || link.email === null || link.role === null) {
    throw invalidLink();
  }
  const organization = await requireOrganization(context, link.organizationId);
  const user = await findUserByEmail(queries, link.email);
  return { organization, email: link.email, role: link.role, user, expiresAt: link.expiresAt };
}

/** Adds the invited person to the organization: an existing user with their password, or a new one with a new password. */
export async function acceptInvitation(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly token: string;
    readonly password: string;
    readonly name: string | undefined;
    /** The network that the request came from. */
    readonly network: string;
  } & SignInDeps,
): Promise<{ readonly user: User; readonly sessionToken: string }> {
  const { organization, email, role, user: existing } = await readInvitation(context, input.token);
  const startedAt = context.now();
  const user =
    existing === undefined
      ? newUser(
          { email, name: input.name, passwordHash: await input.hasher.hash(checkNewPassword(input.password)) },
          startedAt,
        )
      : await requirePassword(context, { ...input, email });
  return context.database.transaction(async (queries) => {
    const now = context.now();
    if ((await useLink(queries, 'invitation', hashOneTimeToken(input.token), now)) === undefined) {
      throw invalidLink();
    }
    if (existing === undefined && !(await insertUser(queries, user))) {
      throw new ApiError('conflict', 'this e-mail address got a user in the meantime; open the link again');
    }
    await new OrganizationMembers(queries, organization.id).insert(user.id, role, now);
    await recordAction(context, queries, {
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: organization.id,
      action: 'member.add',
      target: { type: 'user', id: user.id },
      details: { email, role },
    });
    const { token } = await startSession(context, queries, actor, user, startedAt);
    return { user, sessionToken: token };
  });
}

async function requirePassword(
  context: ActionContext,
  input: { readonly email: string; readonly password: string; readonly network: string } & SignInDeps,
): Promise<User> {
  const result = await signIn(context, input, input, ({ state }) => state === 'active');
  if (result.failure === undefined) {
    return result.user;
  }
  throw new ApiError(
    'forbidden',
    result.failure === 'not_allowed'
      ? 'this user is disabled'
      : 'this e-mail address already has a user; the password is not the password of that user',
  );
}

/** Thrown for a one-time link that does not work, or not any more. */
export function invalidLink(): ApiError {
  return new ApiError('not_found', 'the link is invalid, already used or expired; ask for a new one');
}
