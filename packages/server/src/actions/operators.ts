import type { Actor } from '../domain/audit-entry.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import { findUser, listOperators, updateUser } from '../store/users.ts';
import type { ActionContext } from './context.ts';
import { requireUser } from './users.ts';

/** The users who run this instance. */
export function readOperators(context: ActionContext): Promise<readonly User[]> {
  return listOperators(context.database.queries);
}

/** Makes an existing user an operator. */
export async function addOperator(context: ActionContext, actor: Actor, email: string): Promise<User> {
  const user = await requireUser(context, email);
  return setOperator(context, actor, user.id, true);
}

/** Takes the role from an operator; the last one stays. */
export function removeOperator(context: ActionContext, actor: Actor, userId: string): Promise<User> {
  return setOperator(context, actor, userId, false);
}

async function setOperator(context: ActionContext, actor: Actor, userId: string, isOperator: boolean): Promise<User> {
  return context.database.transaction(async (queries) => {
    const now = context.now();
    const user = await findUser(queries, userId);
    if (user === undefined || (!isOperator && !user.isOperator)) {
      throw new ApiError('not_found', 'there is no such operator');
    }
    const operators = await listOperators(queries);
    if (!isOperator && operators.length <= 1) {
      throw new ApiError('conflict', 'the last operator stays; make another one first');
    }
    const changed = await updateUser(queries, user, { isOperator }, now);
    // Two who remove each other at once would leave nobody: the version of who stays decides between them.
    const stays = isOperator ? changed : operators.find(({ id }) => id !== user.id);
    const kept = stays && (isOperator ? stays : await updateUser(queries, stays, {}, now));
    if (changed === undefined || kept === undefined) {
      throw new ApiError('conflict', 'the user was changed at the same moment; try again');
    }
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: null,
      action: isOperator ? 'operator.add' : 'operator.remove',
      target: { type: 'user', id: user.id },
      outcome: 'done',
      details: { email: user.email },
    });
    return changed;
  });
}
