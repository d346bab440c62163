import type { ApiClient } from '../domain/api-client.ts';
import { type Cutoff, changedLifetimes, cutoffEnd, cutoffId } from '../domain/cutoff.ts';
import { insertCutoff, raiseCutoffBase, readTokenLifetimes, writeTokenLifetimes } from '../store/cutoffs.ts';
import type { Queries } from '../store/database.ts';
import type { ActionContext } from './context.ts';

/** Revokes every access token issued for something up to now, in the transaction of the change that causes it. */
export async function cutOff(context: ActionContext, queries: Queries, cutoff: Cutoff): Promise<void> {
  const { config, database, now } = context;
  const stored = await readTokenLifetimes(queries);
  // The command line may be configured differently from the server that issues the tokens.
  const lifetimeSeconds = Math.max(stored.lifetimeSeconds, config.accessTokenLifetimeSeconds);
  // Last, so that as little time as possible passes between the cut-off and its commit.
  const cutAt = (await database.clock?.(queries)) ?? now();
  const until = cutoffEnd(cutAt, { ...stored, lifetimeSeconds });
  await insertCutoff(queries, { kind: cutoff.kind, subject: cutoffId(cutoff), cutAt, until });
}

/** Revokes the tokens of a client that may do less than before: it was disabled, or may only read now. */
export async function cutOffIfLess(
  context: ActionContext,
  queries: Queries,
  before: Pick<ApiClient, 'id' | 'access' | 'state'>,
  after: Pick<ApiClient, 'access' | 'state'>,
): Promise<void> {
  const isLowered = before.access === 'read_write' && after.access === 'read';
  if (isLowered || (before.state === 'active' && after.state === 'disabled')) {
    await cutOff(context, queries, { kind: 'client', id: before.id });
  }
}

/** At the start of a server: stores how long its tokens live, and makes sure that the list's number never goes back. */
export async function prepareCutoffs({ config, database, now }: ActionContext): Promise<void> {
  await database.transaction(async (queries) => {
    const clock = (await database.clock?.(queries)) ?? now();
    // No store makes a thousand cut-offs a second, so the clock is ahead of every number from before a backup.
    await raiseCutoffBase(queries, clock);
    const before = await readTokenLifetimes(queries);
    if (before.lifetimeSeconds !== config.accessTokenLifetimeSeconds) {
      await writeTokenLifetimes(queries, changedLifetimes(before, config.accessTokenLifetimeSeconds, clock));
    }
  });
}
