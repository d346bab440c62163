import type { Caller } from '@bindery/guard';
import type { ActionContext } from '../actions/context.ts';
import type { PasswordHasher } from '../domain/password.ts';
import type { Clients } from '../live/clients.ts';
import type { Cutoffs } from '../live/cutoffs.ts';
import type { DecisionLog } from '../live/decision-log.ts';
import type { GuessLimits } from '../live/guess-limits.ts';
import type { KeyRing } from '../live/key-ring.ts';

/** The dependencies of the OAuth endpoints. */
export interface OAuthDeps {
  readonly context: ActionContext;
  readonly clients: Clients;
  readonly decisions: DecisionLog;
  readonly keyRing: KeyRing;
  readonly cutoffs: Cutoffs;
  readonly limits: GuessLimits;
  readonly hasher: PasswordHasher;
  /** Verifies an access token as a guard of our audience does; undefined if the guard would refuse it. */
  readonly verifyAccessToken: (token: string) => Promise<Caller | undefined>;
}
