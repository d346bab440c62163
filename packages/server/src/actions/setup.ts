import type { Actor } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { newOrganizationId, newRowId, newUserId } from '../domain/identifier.ts';
import { setupLinkMilliseconds } from '../domain/limits.ts';
import { parseName } from '../domain/name.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import type { Organization } from '../domain/organization.ts';
import { checkNewPassword, type PasswordHasher } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { findLink, insertLink, useLink, voidLinks } from '../store/one-time-links.ts';
import { insertOrganization } from '../store/organizations.ts';
import { findUserByEmail, insertUser, listOperators, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { startSession } from './sessions.ts';

/** Whether somebody runs this instance already; until then it can be claimed with the setup token. */
export async function hasOperator(context: ActionContext): Promise<boolean> {
  return (await listOperators(context.database.queries)).length > 0;
}

/** A new setup token, which voids the one before; throws `conflict` when the instance has an operator. */
export async function newSetupToken(
  context: ActionContext,
): Promise<{ readonly token: string; readonly link: string; readonly expiresAt: number }> {
  const token = newOneTimeToken();
  const now = context.now();
  const expiresAt = now + setupLinkMilliseconds;
  await context.database.transaction(async (queries) => {
    if ((await listOperators(queries)).length > 0) {
      throw new ApiError('conflict', 'this instance has an operator already; see: bindery operator list');
    }
    await voidLinks(queries, 'setup');
    await insertLink(
      queries,
      {
        id: newRowId('link'),
        kind: 'setup',
        organizationId: null,
        email: null,
        role: null,
        createdAt: now,
        expiresAt,
      },
      hashOneTimeToken(token),
    );
  });
  return { token, link: `${context.config.publicUrl}/setup#t=${token}`, expiresAt };
}

/** Claims a new instance: its first operator, who owns the first organization. Of two at once one succeeds. */
export async function setUp(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly token: string;
    readonly email: string;
    readonly name: string;
    readonly password: string;
    readonly organizationName: string;
    readonly hasher: PasswordHasher;
  },
): Promise<{ readonly user: User; readonly organization: Organization; readonly sessionToken: string }> {
  const startedAt = context.now();
  const tokenHash = hashOneTimeToken(input.token);
  // Looked at first, so that a stranger without the token costs no hash.
  if ((await findLink(context.database.queries, 'setup', tokenHash, startedAt)) === undefined) {
    throw wrongToken();
  }
  const passwordHash = await input.hasher.hash(checkNewPassword(input.password));
  const now = context.now();
  const organization = newOrganization(context, input.organizationName, now);
  return context.database.transaction(async (queries) => {
    if ((await useLink(queries, 'setup', tokenHash, now)) === undefined) {
      throw wrongToken();
    }
    const user = await insertOrPromote(queries, { ...newUser(input, passwordHash, now) }, now);
    await insertOrganization(queries, organization);
    await new OrganizationMembers(queries, organization.id).insert(user.id, 'owner', now);
    await insertAuditEntry(queries, {
      at: now,
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: organization.id,
      action: 'instance.set_up',
      target: { type: 'user', id: user.id },
      outcome: 'done',
      details: { email: user.email, organization: organization.name },
    });
    const { token } = await startSession(context, queries, actor, user, now);
    return { user, organization, sessionToken: token };
  });
}

/** Makes an operator on the command line: a new user, or one that exists, whose password then stays as it is. */
export async function createOperator(
  context: ActionContext,
  actor: Actor,
  input: { readonly email: string; readonly password: string; readonly hasher: PasswordHasher },
): Promise<User> {
  const passwordHash = await input.hasher.hash(checkNewPassword(input.password));
  const now = context.now();
  return context.database.transaction(async (queries) => {
    const made = newUser({ email: input.email, name: undefined }, passwordHash, now);
    if (!(await insertUser(queries, made))) {
      throw new ApiError(
        'conflict',
        'this e-mail address has a user already; make it an operator with: bindery operator add',
      );
    }
    await voidLinks(queries, 'setup');
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: null,
      action: 'operator.add',
      target: { type: 'user', id: made.id },
      outcome: 'done',
      details: { email: made.email },
    });
    return made;
  });
}

function newUser(
  input: { readonly email: string; readonly name: string | undefined },
  passwordHash: string,
  now: number,
): User {
  return {
    id: newUserId(),
    email: parseEmail(input.email),
    passwordHash,
    state: 'active',
    name: input.name === undefined ? null : parseName(input.name),
    locale: null,
    theme: 'auto',
    isOperator: true,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

/** The setup token is the operator's own proof: an address that has a user already becomes the operator. */
async function insertOrPromote(queries: Queries, user: User, now: number): Promise<User> {
  if (await insertUser(queries, user)) {
    return user;
  }
  const existing = await findUserByEmail(queries, user.email);
  const promoted =
    existing &&
    (await updateUser(
      queries,
      existing,
      { isOperator: true, name: user.name, passwordHash: user.passwordHash ?? '', state: 'active' },
      now,
    ));
  if (promoted === undefined) {
    throw new ApiError('conflict', 'the user was changed at the same moment; try again');
  }
  return promoted;
}

function newOrganization(context: ActionContext, name: string, now: number): Organization {
  return {
    id: newOrganizationId(),
    name: parseName(name),
    state: 'active',
    apiClientsEnabled: context.config.apiClientsByDefault,
    contact: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

function wrongToken(): ApiError {
  return new ApiError(
    'forbidden',
    'the setup token is wrong or has ended; make a new one with: bindery setup-token, or restart the server',
  );
}
