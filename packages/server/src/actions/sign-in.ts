import { foldEmail, isLookalike } from '../domain/email.ts';
import { knownDeviceOf } from '../domain/known-device.ts';
import { wrongPasswordsMax } from '../domain/limits.ts';
import { isOutdatedHash, type PasswordHasher, PasswordQueueFullError } from '../domain/password.ts';
import type { User } from '../domain/user.ts';
import { findUserByEmail, isKnownNetwork, rememberNetwork, updateUser } from '../store/users.ts';
import { countWrongPassword, forgiveWrongPasswords, wrongPasswordsOf } from '../store/wrong-passwords.ts';
import type { ActionContext } from './context.ts';

/** From where a user signed in before: from this device, else from this network, else from neither. */
export type KnownFrom = { readonly device: string } | 'network' | undefined;

/** Limits on guessing passwords. */
export interface PasswordLimits {
  /** Counts a password before it is checked; throws `too_many_requests`. */
  countPassword(email: string, network: string, knownFrom: KnownFrom): Promise<void>;
  /** Takes back what a correct password was counted for. */
  forgivePassword(email: string, network: string, knownFrom: KnownFrom): Promise<void>;
}

/** What checks passwords. */
export interface SignInDeps {
  readonly hasher: PasswordHasher;
  readonly limits: PasswordLimits;
}

/** An email address (in any case of its ASCII letters) and a password, and the network and device they came from. */
export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  readonly network: string;
  /** The marks of the device, if it sent any (`domain/known-device.ts`). */
  readonly deviceMarks?: string | undefined;
}

/** The result of a sign-in. Callers are told the same about every failure; the audit log is told which it was. */
export type SignInResult =
  | { readonly user: User; readonly failure: undefined }
  | {
      readonly user: User | undefined;
      readonly failure: 'unknown_user' | 'wrong_password' | 'not_allowed' | 'unfamiliar_place';
    };

/**
 * Checks a password. Every attempt is counted and costs one hash, whether or not the user exists. `isAllowed` says
 * whether a user may sign in here at all. After `wrongPasswordsMax` wrong passwords in a row, a correct one is accepted
 * only from where the user signed in before; a reset link starts the count again. A correct password renews an outdated hash. Throws `too_many_requests`, or
 * `PasswordQueueFullError` if too many checks are waiting.
 */
export async function signIn(
  context: ActionContext,
  { hasher, limits }: SignInDeps,
  attempt: SignInAttempt,
  isAllowed: (user: User) => boolean | Promise<boolean>,
): Promise<SignInResult> {
  const { queries } = context.database;
  const { password, network, deviceMarks } = attempt;
  const email = foldEmail(attempt.email);
  // An older version may have stored such an address.
  const user = isLookalike(email) ? undefined : await findUserByEmail(queries, email);
  const device = user && knownDeviceOf(deviceMarks, user.id, context.keys.deviceTag, context.now());
  const isKnown = await isKnownNetwork(queries, email, network);
  const knownFrom = device === undefined ? (isKnown ? 'network' : undefined) : { device };
  await limits.countPassword(email, network, knownFrom);
  const mayEnter = user !== undefined && (await isAllowed(user));
  const isCorrect = await hasher.verify(password, user?.passwordHash ?? null);
  if (user === undefined) {
    return { user, failure: 'unknown_user' };
  }
  if (!isCorrect) {
    await countWrongPassword(queries, user.id, context.now());
    return { user, failure: 'wrong_password' };
  }
  if (!mayEnter) {
    return { user, failure: 'not_allowed' };
  }
  // Read after the check: guesses at the same time count as well.
  const wrongPasswords = await wrongPasswordsOf(queries, user.id);
  if (knownFrom === undefined && wrongPasswords >= wrongPasswordsMax) {
    return { user, failure: 'unfamiliar_place' };
  }
  if (wrongPasswords > 0) {
    await forgiveWrongPasswords(queries, user.id);
  }
  await limits.forgivePassword(email, network, knownFrom);
  await rememberNetwork(queries, user.id, network, context.now());
  return { user: await renewHash(context, hasher, user, password), failure: undefined };
}

/** The user with an up-to-date hash. A full queue is no reason to refuse a sign-in: the next one renews it. */
async function renewHash(context: ActionContext, hasher: PasswordHasher, user: User, password: string): Promise<User> {
  if (user.passwordHash === null || !isOutdatedHash(user.passwordHash)) {
    return user;
  }
  try {
    const passwordHash = await hasher.hash(password);
    return (await updateUser(context.database.queries, user, { passwordHash }, context.now())) ?? user;
  } catch (error) {
    if (error instanceof PasswordQueueFullError) {
      return user;
    }
    throw error;
  }
}
