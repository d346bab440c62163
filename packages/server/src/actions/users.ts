import type { Actor, AuditEntry } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newUserId } from '../domain/identifier.ts';
import type { Member, Role } from '../domain/member.ts';
import type { Page } from '../domain/page.ts';
import { checkNewPassword, type PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { findOrganization, updateOrganization } from '../store/organizations.ts';
import { revokeRefreshFamilies } from '../store/refresh-families.ts';
import { findUserByEmail, insertUser, listUsers, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { requireOrganization } from './organizations.ts';

/** Makes a user who is a member of an organization; an address that has a user already is a conflict. */
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
  const passwordHash = await input.hasher.hash(checkNewPassword(input.password));
  const now = context.now();
  const user: User = {
    id: newUserId(),
    email,
    passwordHash,
    state: 'active',
    name: null,
    locale: null,
    theme: 'auto',
    isOperator: false,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await context.database.transaction(async (queries) => {
    if (!(await insertUser(queries, user))) {
      throw new ApiError('conflict', 'this e-mail address has a user already; join it with: bindery member add');
    }
    await new OrganizationMembers(queries, organization.id).insert(user.id, input.role, now);
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, user, organization.id, 'user.create'),
      details: { email, role: input.role },
    });
  });
  return user;
}

/** A page of all users. */
export function readUsers(context: ActionContext, page: Page): Promise<readonly User[]> {
  return listUsers(context.database.queries, page);
}

/** Finds a user by address, or throws `not_found`. */
export async function requireUser(context: ActionContext, email: string): Promise<User> {
  const user = await findUserByEmail(context.database.queries, parseEmail(email));
  if (user === undefined) {
    throw userNotFound();
  }
  return user;
}

/** Disables or enables a user everywhere; disabling ends all that the user signed in to. */
export async function setUserState(
  context: ActionContext,
  actor: Actor,
  email: string,
  state: User['state'],
): Promise<User> {
  return changeUser(context, email, async (queries, before) => {
    const after = await updateUser(queries, before, { state, ...endOfSessions(context, state) }, context.now());
    if (after === undefined) {
      throw userChanged();
    }
    const ended = state === 'disabled' ? await endSessions(context, queries, after, 'user_disabled') : 0;
    if (state === 'disabled') {
      await cutOff(context, queries, { kind: 'user', id: after.id });
    }
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, after, null, 'user.update'),
      details: { before: { state: before.state }, after: { state }, refresh_tokens_revoked: ended },
    });
    return after;
  });
}

/** Sets a new password and ends all that the user signed in to with the old one. */
export async function setPassword(
  context: ActionContext,
  actor: Actor,
  email: string,
  input: { readonly password: string; readonly hasher: PasswordHasher },
): Promise<User> {
  const passwordHash = await input.hasher.hash(checkNewPassword(input.password));
  return changeUser(context, email, async (queries, before) => {
    const after = await updateUser(queries, before, { passwordHash, sessionsEndedAt: context.now() }, context.now());
    if (after === undefined) {
      throw userChanged();
    }
    const ended = await endSessions(context, queries, after, 'password_changed');
    await cutOff(context, queries, { kind: 'user', id: after.id });
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, after, null, 'user.set_password'),
      details: { refresh_tokens_revoked: ended },
    });
    return after;
  });
}

/** Joins an existing user to an organization; the password stays as it is. */
export async function addMember(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string; readonly role: Role },
): Promise<User> {
  const organization = await requireOrganization(context, input.organizationId);
  return changeUser(context, input.email, async (queries, user) => {
    if (!(await new OrganizationMembers(queries, organization.id).insert(user.id, input.role, context.now()))) {
      throw new ApiError('conflict', 'this user is a member of the organization already');
    }
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, user, organization.id, 'member.add'),
      details: { email: user.email, role: input.role },
    });
    return user;
  });
}

/** A page of an organization's members. */
export async function readMembers(
  context: ActionContext,
  organizationId: string,
  page: Page,
): Promise<readonly Member[]> {
  const organization = await requireOrganization(context, organizationId);
  return new OrganizationMembers(context.database.queries, organization.id).list(page);
}

/** Changes what a member is. */
export async function setMemberRole(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string; readonly role: Role },
): Promise<Member> {
  return changeMember(context, input, async (queries, members, member) => {
    await keepAnOwner(context, queries, input.organizationId, members, member, input.role);
    await members.setRole(member.userId, input.role);
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, { id: member.userId }, input.organizationId.toLowerCase(), 'member.update'),
      details: { before: { role: member.role }, after: { role: input.role } },
    });
    return { ...member, role: input.role };
  });
}

/** Takes a member out of an organization, with all that the user signed in to there. */
export async function removeMember(
  context: ActionContext,
  actor: Actor,
  input: { readonly organizationId: string; readonly email: string },
): Promise<Member> {
  return changeMember(context, input, async (queries, members, member) => {
    const organizationId = input.organizationId.toLowerCase();
    await keepAnOwner(context, queries, organizationId, members, member, undefined);
    await members.remove(member.userId);
    const ended = await revokeRefreshFamilies(
      queries,
      { userId: member.userId, organizationId },
      'member_removed',
      context.now(),
    );
    await cutOff(context, queries, { kind: 'member', userId: member.userId, organizationId });
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, { id: member.userId }, organizationId, 'member.remove'),
      details: { email: member.email, role: member.role, refresh_tokens_revoked: ended },
    });
    return member;
  });
}

/** Refuses to take the last owner away; the organization's version decides between two who leave at once. */
async function keepAnOwner(
  context: ActionContext,
  queries: Queries,
  organizationId: string,
  members: OrganizationMembers,
  member: Member,
  newRole: Role | undefined,
): Promise<void> {
  if (member.role !== 'owner' || newRole === 'owner') {
    return;
  }
  // Read before the owners are counted: who leaves in between moves it on.
  const organization = await findOrganization(queries, organizationId.toLowerCase());
  if ((await members.countOwners()) <= 1) {
    throw new ApiError('conflict', 'the last owner stays; make another member an owner first');
  }
  const claimed =
    organization && (await updateOrganization(queries, organization.id, {}, context.now(), organization.version));
  if (claimed === undefined) {
    throw new ApiError('conflict', 'the organization was changed at the same moment; try again');
  }
}

async function changeUser<Result>(
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

async function changeMember<Result>(
  context: ActionContext,
  input: { readonly organizationId: string; readonly email: string },
  change: (queries: Queries, members: OrganizationMembers, member: Member) => Promise<Result>,
): Promise<Result> {
  const organization = await requireOrganization(context, input.organizationId);
  return changeUser(context, input.email, async (queries, user) => {
    const members = new OrganizationMembers(queries, organization.id);
    const member = await members.find(user.id);
    if (member === undefined) {
      throw new ApiError('not_found', 'this user is no member of the organization');
    }
    return change(queries, members, member);
  });
}

/** A sign-in that is under way at this moment began before it, and is caught by the time as well. */
function endOfSessions(context: ActionContext, state: User['state']): { readonly sessionsEndedAt?: number } {
  return state === 'disabled' ? { sessionsEndedAt: context.now() } : {};
}

function endSessions(context: ActionContext, queries: Queries, user: User, reason: string): Promise<number> {
  return revokeRefreshFamilies(queries, { userId: user.id }, reason, context.now());
}

function entryOf(
  context: ActionContext,
  actor: Actor,
  user: Pick<User, 'id'>,
  organizationId: string | null,
  action: string,
): AuditEntry {
  return { at: context.now(), actor, organizationId, action, target: { type: 'user', id: user.id }, outcome: 'done' };
}

function userNotFound(): ApiError {
  return new ApiError('not_found', 'there is no such user; list them with: bindery user list');
}

function userChanged(): ApiError {
  return new ApiError('conflict', 'the user was changed at the same moment; look at it and try again');
}
