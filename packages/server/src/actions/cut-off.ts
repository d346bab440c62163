import type { ApiClient } from '../domain/api-client.ts';
import { type Cutoff, changedLifetimes, cutoffEnd, cutoffId } from '../domain/cutoff.ts';
import { insertCutoff, raiseCutoffBase, readTokenLifetimes, writeTokenLifetimes } from '../store/cutoffs.ts';
import type { Queries } from '../store/database.ts';
import type { ActionContext } from './context.ts';

/** Ends every access token of something that was issued up to now, in the transaction of the change that asks for it. */
export async function cutOff(context: ActionContext, queries: Queries, cut: Cutoff): Promise<void> {
  const { config, database, now } = context;
  const stored = await readTokenLifetimes(queries);
  // The command line may be set up otherwise than the server that issues the tokens.
  const lifetimeSeconds = Math.max(stored.lifetimeSeconds, config.accessTokenLifetimeSeconds);
  // Last, so that as little as possible lies between the cut and its commit.
  const cutAt = (await database.clock?.(queries)) ?? now();
  const until = cutoffEnd(cutAt, { ...stored, lifetimeSeconds });
  await insertCutoff(queries, { kind: cut.kind, subject: cutoffId(cut), cutAt, until });
}

/** Ends the tokens of a client that may do less than before: it was disabled, or may only read now. */
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

/** What a server does about cuts as it starts: tells how long its tokens live, and never goes back in the list. */
export async function prepareCutoffs({ config, database, now }: ActionContext): Promise<void> {
  await database.transaction(async (queries) => {
    const clock = (await database.clock?.(queries)) ?? now();
    // No store makes a thousand cuts a second: a clock is ahead of every number there was before a backup.
    await raiseCutoffBase(queries, clock);
    const before = await readTokenLifetimes(queries);
    if (before.lifetimeSeconds !== config.accessTokenLifetimeSeconds) {
      await writeTokenLifetimes(queries, changedLifetimes(before, config.accessTokenLifetimeSeconds, clock));
    }
  });
}
