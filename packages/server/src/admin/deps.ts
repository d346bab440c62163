import type { ActionContext } from '../actions/context.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { GuessLimits } from '../live/guess-limits.ts';
import type { RefusalLog } from '../live/refusal-log.ts';

/** The dependencies of the management API. */
export interface AdminDeps {
  readonly context: ActionContext;
  readonly hasher: PasswordHasher;
  readonly limits: GuessLimits;
  /** Records everyone who is turned away. */
  readonly refusals: RefusalLog;
}
