import type { Actor } from '../domain/audit-entry.ts';
import type { PasswordHasher } from '../domain/password.ts';
import { newUser, type User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { voidLinksBeyondRights, voidSetupTokens } from '../store/one-time-links.ts';
import { findUser, insertUser, listOperators } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { refuseWithoutOperator } from './last-in-charge.ts';
import { hashNewPassword } from './new-password.ts';
import { recordAction } from './record-action.ts';
import { requireUser, updateOrConflict } from './users.ts';

/** The users who run this instance. */
export function readOperators(context: ActionContext): Promise<readonly User[]> {
  return listOperators(context.database.queries);
}

/** Creates a user who is an operator; throws `conflict` if the email address already has a user. */
export async function createOperator(
  context: ActionContext,
  actor: Actor,
  input: { readonly email: string; readonly password: string; readonly hasher: PasswordHasher },
): Promise<User> {
  const passwordHash = await hashNewPassword(context, input.hasher, input.password, input);
  const operator = newUser({ email: input.email, passwordHash, isOperator: true }, context.now());
  await context.database.transaction(async (queries) => {
    if (!(await insertUser(queries, operator))) {
      throw new ApiError(
        'conflict',
        'this email address already has a user; make it an operator with: bindery operator add',
      );
    }
    await voidSetupTokens(queries);
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'operator.add',
      target: { type: 'user', id: operator.id },
      details: { email: operator.email },
    });
  });
  return operator;
}

/** Makes the user with an address an operator. For the command line only, like `addMember`. */
export async function addOperator(context: ActionContext, actor: Actor, email: string): Promise<User> {
  const user = await requireUser(context, email);
  return setOperator(context, actor, user.id, true);
}

/** Takes the operator's rights from a user; throws `conflict` for the last operator. */
export function removeOperator(context: ActionContext, actor: Actor, userId: string): Promise<User> {
  return setOperator(context, actor, userId, false);
}

async function setOperator(context: ActionContext, actor: Actor, userId: string, isOperator: boolean): Promise<User> {
  return context.database.transaction(async (queries) => {
    const user = await findUser(queries, userId);
    if (user === undefined || (!isOperator && !user.isOperator)) {
      throw new ApiError('not_found', 'operator not found; list operators with: bindery operator list');
    }
    if (!isOperator) {
      await refuseWithoutOperator(context, queries, user);
    }
    const changed = await updateOrConflict(context, queries, user, { isOperator });
    if (!isOperator) {
      await voidLinksBeyondRights(queries, user.id);
    }
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: isOperator ? 'operator.add' : 'operator.remove',
      target: { type: 'user', id: user.id },
      details: { email: user.email },
    });
    return changed;
  });
}
