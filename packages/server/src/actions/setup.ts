import type { Actor } from '../domain/audit-entry.ts';
import { newRowId } from '../domain/identifier.ts';
import { setupLinkMilliseconds } from '../domain/limits.ts';
import { hashOneTimeToken, newOneTimeToken } from '../domain/one-time-token.ts';
import { newOrganization, type Organization } from '../domain/organization.ts';
import type { PasswordHasher } from '../domain/password.ts';
import { newUser, type User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { endSessions } from '../store/console-sessions.ts';
import type { Queries } from '../store/database.ts';
import { OrganizationMembers } from '../store/members.ts';
import { findLink, insertLink, useLink, voidResetLinks, voidSetupTokens } from '../store/one-time-links.ts';
import { insertOrganization } from '../store/organizations.ts';
import { findUserByEmail, insertUser, listOperators } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { hashNewPassword } from './new-password.ts';
import { recordAction } from './record-action.ts';
import { startSession } from './sessions.ts';
import { revokeTokens, updateOrConflict } from './users.ts';

/** Whether the instance has an operator; until then it can be claimed with the setup token. */
export async function hasOperator(context: ActionContext): Promise<boolean> {
  return (await listOperators(context.database.queries)).length > 0;
}

/** Creates a setup token and voids the one before; throws `conflict` if the instance has an operator. */
export async function newSetupToken(
  context: ActionContext,
): Promise<{ readonly token: string; readonly link: string; readonly expiresAt: number }> {
  const token = newOneTimeToken();
  const now = context.now();
  const expiresAt = now + setupLinkMilliseconds;
  await context.database.transaction(async (queries) => {
    if ((await listOperators(queries)).length > 0) {
      throw new ApiError('conflict', 'this instance already has an operator; see: bindery operator list');
    }
    await voidSetupTokens(queries);
    await insertLink(
      queries,
      {
        id: newRowId('link'),
        kind: 'setup',
        organizationId: null,
        userId: null,
        email: null,
        role: null,
        createdBy: null,
        createdAt: now,
        expiresAt,
      },
      hashOneTimeToken(token),
    );
  });
  return { token, link: `${context.config.publicUrl}/setup#t=${token}`, expiresAt };
}

/** Claims a new instance: creates its first operator, who owns the first organization. Of two at once, one succeeds. */
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
  const tokenHash = hashOneTimeToken(input.token);
  // Checked first, so that a stranger without the token causes no hash to be computed.
  const found = await findLink(context.database.queries, ['setup'], tokenHash);
  if (found === undefined || found.link.expiresAt <= context.now()) {
    throw invalidSetupToken(found === undefined ? 'unknown_token' : 'expired_token');
  }
  const passwordHash = await hashNewPassword(context, input.hasher, input.password, input);
  const now = context.now();
  const organization = newOrganization(
    { name: input.organizationName, apiClientsEnabled: context.config.apiClientsByDefault },
    now,
  );
  const operator = newUser({ email: input.email, name: input.name, passwordHash, isOperator: true }, now);
  return context.database.transaction(async (queries) => {
    if ((await useLink(queries, ['setup'], tokenHash, now)) === undefined) {
      throw invalidSetupToken('unknown_token');
    }
    const user = await insertOrPromote(context, queries, operator);
    await insertOrganization(queries, organization);
    await new OrganizationMembers(queries, organization.id).insert(user.id, 'owner', now);
    await recordAction(context, queries, {
      actor: { ...actor, type: 'user', id: user.id },
      organizationId: organization.id,
      action: 'instance.set_up',
      target: { type: 'user', id: user.id },
      details: { email: user.email, organization: organization.name },
    });
    const { token } = await startSession(context, queries, actor, user, now);
    return { user, organization, sessionToken: token };
  });
}

/** The setup token proves the right to it: if the email address already has a user, that user becomes the operator. */
async function insertOrPromote(context: ActionContext, queries: Queries, operator: User): Promise<User> {
  if (await insertUser(queries, operator)) {
    return operator;
  }
  const existing = await findUserByEmail(queries, operator.email);
  if (existing === undefined) {
    throw new ApiError('conflict', 'the user was changed by someone else; try again');
  }
  const { name, passwordHash } = operator;
  // Whoever knew the account before must not go on as an operator.
  await endSessions(queries, existing.id);
  await voidResetLinks(queries, existing.id);
  await revokeTokens(context, queries, existing, 'password_changed');
  return updateOrConflict(context, queries, existing, {
    ...{ isOperator: true, name, passwordHash, state: 'active' },
    sessionsEndedAt: operator.createdAt,
  });
}

function invalidSetupToken(reason: string): ApiError {
  return new ApiError(
    'forbidden',
    'the setup token is invalid or has expired; create a new one with: bindery setup-token, or restart the server',
    { refusal: { reason } },
  );
}
