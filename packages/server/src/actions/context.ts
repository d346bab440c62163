import type { Config } from '../config.ts';
import type { DerivedKeys } from '../domain/master-key.ts';
import type { Database } from '../store/database.ts';

/** What every action needs: the store, the keys, the clock and the configuration. */
export interface ActionContext {
  readonly config: Config;
  readonly database: Database;
  readonly keys: DerivedKeys;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
