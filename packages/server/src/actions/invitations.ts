import type { Actor } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newRowId, newUserId } from '../domain/identifier.ts';
import { invitationMilliseconds, resetLinkMilliseconds } from '../domain/limits.ts';
import type { Role } from '../domain/member.ts';
import { parseName } from '../domain/name.ts';
import type { OneTimeLink } from '../domain/one-time-link.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { Page } from '../domain/page.ts';
import { checkNewPassword, type PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import { endSessions } from '../store/console-sessions.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { findLink, insertLink, OrganizationInvitations, useLink, voidLinks } from '../store/one-time-links.ts';
import { revokeRefreshFamilies } from '../store/refresh-families.ts';
import { findUserByEmail, insertUser, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { requireOrganization } from './organizations.ts';
import { startSession } from './sessions.ts';
import { requireUser } from './users.ts';

/** A link that was made just now; only here is it seen whole. */
export interface NewLink {
  readonly link: string;
  readonly details: OneTimeLink;
}

/** Invites an address into an organization; an open invitation for it is replaced. */
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
      throw new ApiError('conflict', 'this address is a member already');
    }
    await new OrganizationInvitations(queries, organization.id).removeFor(email);
    await insertLink(queries, details, hashOneTimeToken(token));
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: organization.id,
      action: 'invitation.create',
      target: { type: 'invitation', id: details.id },
      outcome: 'done',
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
  const invitations = new OrganizationInvitations(context.database.queries, organizationId);
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
      throw new ApiError('not_found', 'there is no such open invitation');
    }
    await insertAuditEntry(queries, {
      at: context.now(),
      actor,
      organizationId,
      action: 'invitation.delete',
      target: { type: 'invitation', id },
      outcome: 'done',
      details: { email: removed.email, role: removed.role },
    });
  });
}

/** What an invitation is for, or `not_found` when it is over. */
export async function readInvitation(context: ActionContext, token: string) {
  const { queries } = context.database;
  const link = await findLink(queries, 'invitation', hashOneTimeToken(token), context.now());
  if (link === undefined || link.organizationId === null || link.email === null || link.role === null) {
    throw linkIsOver();
  }
  const organization = await requireOrganization(context, link.organizationId);
  const user = await findUserByEmail(queries, link.email);
  return { organization, email: link.email, role: link.role, user, expiresAt: link.expiresAt };
}

/** Joins the invited address to the organization: a user with its own password, or a new one with the one given. */
export async function acceptInvitation(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly token: string;
    readonly password: string;
    readonly name: string | undefined;
    readonly hasher: PasswordHasher;
  },
): Promise<{ readonly user: User; readonly sessionToken: string }> {
  const { organization, email, role, user: existing } = await readInvitation(context, input.token);
  const startedAt = context.now();
  if (existing !== undefined && !(await input.hasher.verify(input.password, existing.passwordHash))) {
    throw new ApiError('forbidden', 'this address has a user already, and the password is not its own');
  }
  if (existing?.state === 'disabled') {
    throw new ApiError('forbidden', 'this user is disabled');
  }
  const passwordHash =
    existing === undefined ? await input.hasher.hash(checkNewPassword(input.password)) : existing.passwordHash;
  return context.database.transaction(async (queries) => {
    const now = context.now();
    if ((await useLink(queries, 'invitation', hashOneTimeToken(input.token), now)) === undefined) {
      throw linkIsOver();
    }
    const user: User = existing ?? {
      id: newUserId(),
      email,
      passwordHash,
      state: 'active',
      name: input.name === undefined ? null : parseName(input.name),
      locale: null,
      theme: 'auto',
      isOperator: false,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    if (existing === undefined && !(await insertUser(queries, user))) {
      throw new ApiError('conflict', 'this address has got a user meanwhile; open the link again');
    }
    await new OrganizationMembers(queries, organization.id).insert(user.id, role, now);
    await insertAuditEntry(queries, {
      at: now,
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: organization.id,
      action: 'member.add',
      target: { type: 'user', id: user.id },
      outcome: 'done',
      details: { email, role },
    });
    const { token } = await startSession(context, queries, actor, user, startedAt);
    return { user, sessionToken: token };
  });
}

/**
 * A link with which a user sets a new password, good once for an hour; it voids the one before. One that an owner made
 * for its organization is good only while the user has no rights beyond it.
 */
export async function createResetLink(
  context: ActionContext,
  actor: Actor,
  email: string,
  organizationId: string | null,
): Promise<NewLink> {
  const user = await requireUser(context, email);
  const token = newOneTimeToken();
  const now = context.now();
  const details: OneTimeLink = {
    id: newRowId('link'),
    kind: 'reset',
    organizationId,
    email: user.email,
    role: null,
    createdAt: now,
    expiresAt: now + resetLinkMilliseconds,
  };
  await context.database.transaction(async (queries) => {
    await voidLinks(queries, 'reset', user.email);
    await insertLink(queries, details, hashOneTimeToken(token));
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId,
      action: 'user.create_reset_link',
      target: { type: 'user', id: user.id },
      outcome: 'done',
    });
  });
  return { link: `${context.config.publicUrl}/console/reset#t=${token}`, details };
}

/** Sets a new password with a reset link; everything the user signed in to ends. */
export async function resetPassword(
  context: ActionContext,
  actor: Actor,
  input: { readonly token: string; readonly password: string; readonly hasher: PasswordHasher },
): Promise<void> {
  const tokenHash = hashOneTimeToken(input.token);
  if ((await findLink(context.database.queries, 'reset', tokenHash, context.now())) === undefined) {
    throw linkIsOver();
  }
  const passwordHash = await input.hasher.hash(checkNewPassword(input.password));
  await context.database.transaction(async (queries) => {
    const now = context.now();
    const link = await useLink(queries, 'reset', tokenHash, now);
    const user = link?.email == null ? undefined : await findUserByEmail(queries, link.email);
    if (user === undefined || !(await isWithinReach(queries, link?.organizationId ?? null, user))) {
      throw linkIsOver();
    }
    if ((await updateUser(queries, user, { passwordHash, sessionsEndedAt: now }, now)) === undefined) {
      throw new ApiError('conflict', 'the user was changed at the same moment; try again');
    }
    await endSessions(queries, user.id);
    await revokeRefreshFamilies(queries, { userId: user.id }, 'password_changed', now);
    await cutOff(context, queries, { kind: 'user', id: user.id });
    await insertAuditEntry(queries, {
      at: now,
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: null,
      action: 'user.set_password',
      target: { type: 'user', id: user.id },
      outcome: 'done',
      details: { by: 'reset_link' },
    });
  });
}

/** Whoever made the link may hold it still, and the user may have got rights since that are not theirs to take. */
async function isWithinReach(queries: Queries, organizationId: string | null, user: User): Promise<boolean> {
  if (organizationId === null) {
    return true;
  }
  const member = await new OrganizationMembers(queries, organizationId).find(user.id);
  return member !== undefined && !member.hasRightsElsewhere;
}

function linkIsOver(): ApiError {
  return new ApiError('not_found', 'the link is wrong, used or over; ask for a new one');
}
