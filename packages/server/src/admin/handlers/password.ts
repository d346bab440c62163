import { signIn } from '../../actions/sign-in.ts';
import { networkOf } from '../../domain/network.ts';
import { PasswordQueueFullError } from '../../domain/password.ts';
import type { User } from '../../domain/user.ts';
import { ApiError, OAuthError } from '../../errors.ts';
import { readDeviceCookie, signInProblemOf } from '../../http/session-cookie.ts';
import type { Call } from '../call.ts';
import type { OperationName } from '../contract/index.ts';

type AnyCall = Call<OperationName>;

/** Refuses to take a password over plain HTTP from another machine. */
export function refuseOverPlainHttp({ context }: Pick<AnyCall, 'context'>): void {
  const problem = signInProblemOf(context.config);
  if (problem !== null) {
    throw new ApiError('forbidden', problem, { refusal: { reason: 'plain_http' } });
  }
}

/** The user with this email address and password; every failure gets the same response and costs one hash. */
export async function checkPassword(
  { context, deps, actor, request }: Pick<AnyCall, 'context' | 'deps' | 'actor' | 'request'>,
  email: string,
  password: string,
): Promise<User> {
  const deviceMarks = readDeviceCookie(context.config, request);
  const attempt = { email, password, network: networkOf(actor.address), deviceMarks };
  const result = await asApiErrors(() => signIn(context, deps, attempt, ({ state }) => state === 'active'));
  if (result.failure === undefined) {
    return result.user;
  }
  const { user, failure } = result;
  const reason = failure === 'not_allowed' ? 'user_disabled' : failure;
  throw new ApiError('invalid_input', 'the email address or the password is wrong', {
    refusal: { reason, userId: user?.id },
  });
}

/** Runs what counts or hashes a password; its refusals become this API's: `too_many_requests` and `unavailable`. */
export async function asApiErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthError && error.retryAfterSeconds !== undefined) {
      throw new ApiError('too_many_requests', error.message, {
        retryAfterSeconds: error.retryAfterSeconds,
        refusal: { reason: 'too_many_attempts' },
      });
    }
    if (error instanceof PasswordQueueFullError) {
      throw new ApiError('unavailable', 'too many passwords are being checked; try again', { cause: error });
    }
    throw error;
  }
}
