import type { ActionContext } from '../actions/context.ts';
import type { ClientCredentialsReader } from '../store/client-credentials.ts';
import type { DecisionLog } from './decision-log.ts';
import type { KeyRing } from './key-ring.ts';

/** What the OAuth endpoints work with. */
export interface OAuthDeps {
  readonly context: ActionContext;
  readonly reader: ClientCredentialsReader;
  readonly decisions: DecisionLog;
  readonly keyRing: KeyRing;
}
