import type { ActionContext } from '../actions/context.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { GuessLimits } from '../live/guess-limits.ts';

/** What the management API works with. */
export interface AdminDeps {
  readonly context: ActionContext;
  readonly hasher: PasswordHasher;
  readonly limits: GuessLimits;
  /** Counts a sign-in of somebody we do not know; strangers get no entries of their own. */
  readonly countUnknownSignIn: (origin: Pick<Actor, 'address' | 'userAgent' | 'requestId'>) => Promise<void>;
}
