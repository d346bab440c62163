import { PasswordQueueFullError } from '../../domain/password.ts';
import type { User } from '../../domain/user.ts';
import { ApiError, OAuthError } from '../../errors.ts';
import { networkOf } from '../../http/network.ts';
import { signInProblemOf } from '../../http/session-cookie.ts';
import { insertAuditEntry } from '../../store/audit.ts';
import { findUserByEmail, isKnownNetwork, rememberNetwork } from '../../store/users.ts';
import type { Call } from '../call.ts';
import type { OperationName } from '../contract/index.ts';
import type { AdminDeps } from '../deps.ts';

type AnyCall = Call<OperationName>;

/** Refuses to take a password over plain HTTP from another machine. */
export function refuseOverPlainHttp({ context }: Pick<AnyCall, 'context'>): void {
  const problem = signInProblemOf(context.config);
  if (problem !== null) {
    throw new ApiError('forbidden', problem);
  }
}

/** Finds the user with this address and password; every other outcome gets the same response and costs one hash. */
export async function checkPassword(
  { context, deps, actor }: Pick<AnyCall, 'context' | 'deps' | 'actor'>,
  email: string,
  password: string,
): Promise<User> {
  const { queries } = context.database;
  const network = networkOf(actor.address);
  const isKnown = await isKnownNetwork(queries, email, network);
  await withinLimits(() => deps.limits.countPassword(email, network, isKnown));
  const user = await findUserByEmail(queries, email);
  const isRight = await whenHasherIsFree(() => deps.hasher.verify(password, user?.passwordHash ?? null));
  if (user === undefined || !isRight || user.state !== 'active') {
    await recordRefusal({ context, deps, actor }, user, isRight);
    throw new ApiError('invalid_input', 'the email address or the password is wrong');
  }
  await deps.limits.forgivePassword(email, network, isKnown);
  await rememberNetwork(queries, user.id, network, context.now());
  return user;
}

async function recordRefusal(
  { context, deps, actor }: { context: AnyCall['context']; deps: AdminDeps; actor: AnyCall['actor'] },
  user: User | undefined,
  isRight: boolean,
): Promise<void> {
  if (user === undefined) {
    await deps.countUnknownSignIn(actor);
    return;
  }
  await insertAuditEntry(context.database.queries, {
    at: context.now(),
    actor: { ...actor, id: user.id },
    organizationId: null,
    action: 'session.start',
    target: { type: 'user', id: user.id },
    outcome: 'refused',
    reason: isRight ? 'user_disabled' : 'wrong_password',
  });
}

/** Counts an attempt; the rate limits answer in OAuth's format, which becomes this API's. */
export async function withinLimits(count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    if (error instanceof OAuthError && error.retryAfterSeconds !== undefined) {
      throw new ApiError('too_many_requests', error.message, { retryAfterSeconds: error.retryAfterSeconds });
    }
    throw error;
  }
}

/** Runs what hashes a password; `unavailable` while too many are waiting. */
export async function whenHasherIsFree<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PasswordQueueFullError) {
      throw new ApiError('unavailable', 'too many passwords are being checked; try again shortly', { cause });
    }
    throw cause;
  }
}
