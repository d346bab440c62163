import type { Actor } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import type { Role } from '../domain/member.ts';
import type { Page } from '../domain/page.ts';
import type { PasswordHasher } from '../domain/password.ts';
import { newUser, type User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { voidLinksBeyondRights, voidResetLinks } from '../store/one-time-links.ts';
import { instanceParty } from '../store/reader.ts';
import { revokeRefreshFamilies } from '../store/refresh-families.ts';
import { findUserByEmail, insertUser, listUsers, type UserChange, updateUser } from '../store/users.ts';
import { requireRoomForMember } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { refuseIfLastInCharge } from './last-in-charge.ts';
import { hashNewPassword } from './new-password.ts';
import { requireOrganization } from './organizations.ts';
import { recordAction } from './record-action.ts';

/** Creates a user who is a member of an organization; throws `conflict` if the email address already has a user. */
export async function createUser(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly organizationId: string;
    readonly email: string;
    readonly role: Role;
    readonly password: string;
    readonly hasher: PasswordHasher;
  },
): Promise<User> {
  const organization = await requireOrganization(context, input.organizationId);
  const email = parseEmail(input.email);
  const passwordHash = await hashNewPassword(context, input.hasher, input.password, { email });
  const now = context.now();
  const user = newUser({ email, passwordHash }, now);
  await context.database.transaction(async (queries) => {
    if (!(await insertUser(queries, user))) {
      throw new ApiError(
        'conflict',
        'this email address already has a user; add it to the organization with: bindery member add',
      );
    }
    await requireRoomForMember(context, queries, organization.id);
    await new OrganizationMembers(queries, organization.id).insert(user.id, input.role, now);
    await recordAction(context, queries, {
      actor,
      organizationId: organization.id,
      action: 'user.create',
      target: { type: 'user', id: user.id },
      details: { email, role: input.role },
    });
  });
  return user;
}

/** A page of all users. */
export function readUsers(context: ActionContext, page: Page): Promise<readonly User[]> {
  return listUsers(context.database.reader.of(instanceParty), page);
}

/** The user with an email address; throws `not_found`. */
export async function requireUser(context: ActionContext, email: string): Promise<User> {
  const user = await findUserByEmail(context.database.queries, parseEmail(email));
  if (user === undefined) {
    throw userNotFound();
  }
  return user;
}

/**
 * Disables or enables a user everywhere; disabling ends all sessions, revokes all tokens and voids the links that the
 * user made or that reset the user's password. Throws `conflict` for the last operator, and for the last owner of an
 * organization, who can sign in.
 */
export async function setUserState(
  context: ActionContext,
  actor: Actor,
  email: string,
  state: User['state'],
): Promise<User> {
  return changeUser(context, email, async (queries, before) => {
    const isDisabled = state === 'disabled';
    if (isDisabled && before.state === 'active') {
      await refuseIfLastInCharge(context, queries, before);
    }
    const after = await updateOrConflict(context, queries, before, {
      state,
      // A sign-in that is under way began before this moment and is caught by the time as well.
      ...(isDisabled ? { sessionsEndedAt: context.now() } : {}),
    });
    const revoked = isDisabled ? await revokeTokens(context, queries, after, 'user_disabled') : 0;
    if (isDisabled) {
      await voidResetLinks(queries, after.id);
      await voidLinksBeyondRights(queries, after.id);
    }
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'user.update',
      target: { type: 'user', id: after.id },
      details: { before: { state: before.state }, after: { state }, refresh_tokens_revoked: revoked },
    });
    return after;
  });
}

/** Sets a new password, ends all sessions and revokes all tokens of the user. */
export async function setPassword(
  context: ActionContext,
  actor: Actor,
  email: string,
  input: { readonly password: string; readonly hasher: PasswordHasher },
): Promise<User> {
  const owner = await requireUser(context, email);
  const passwordHash = await hashNewPassword(context, input.hasher, input.password, owner);
  return changeUser(context, email, async (queries, before) => {
    const after = await updateOrConflict(context, queries, before, { passwordHash, sessionsEndedAt: context.now() });
    await voidResetLinks(queries, after.id);
    const revoked = await revokeTokens(context, queries, after, 'password_changed');
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'user.set_password',
      target: { type: 'user', id: after.id },
      details: { refresh_tokens_revoked: revoked },
    });
    return after;
  });
}

/** Runs a change of a user in one transaction; throws `not_found`. */
export async function changeUser<Result>(
  context: ActionContext,
  email: string,
  change: (queries: Queries, user: User) => Promise<Result>,
): Promise<Result> {
  const address = parseEmail(email);
  return context.database.transaction(async (queries) => {
    const user = await findUserByEmail(queries, address);
    if (user === undefined) {
      throw userNotFound();
    }
    return change(queries, user);
  });
}

/** Updates a user; throws `conflict` if another change was faster. */
export async function updateOrConflict(
  context: ActionContext,
  queries: Queries,
  user: User,
  change: UserChange,
): Promise<User> {
  const changed = await updateUser(queries, user, change, context.now());
  if (changed === undefined) {
    throw new ApiError('conflict', 'the user was changed by someone else; reload and try again');
  }
  return changed;
}

/** Revokes all refresh and access tokens of a user; returns how many sign-ins that ended. */
export async function revokeTokens(
  context: ActionContext,
  queries: Queries,
  { id }: Pick<User, 'id'>,
  reason: string,
): Promise<number> {
  const revoked = await revokeRefreshFamilies(queries, { userId: id }, reason, context.now());
  await cutOff(context, queries, { kind: 'user', id });
  return revoked;
}

function userNotFound(): ApiError {
  return new ApiError('not_found', 'user not found; list users with: bindery user list');
}
