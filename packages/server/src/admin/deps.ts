import type { ActionContext } from '../actions/context.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { GuessLimits } from '../live/guess-limits.ts';

/** The dependencies of the management API. */
export interface AdminDeps {
  readonly context: ActionContext;
  readonly hasher: PasswordHasher;
  readonly limits: GuessLimits;
  /** Counts a sign-in with an unknown email address; those get no audit entries of their own. */
  readonly countUnknownSignIn: (origin: Pick<Actor, 'address' | 'userAgent' | 'requestId'>) => Promise<void>;
}
