import type { ApiClient } from '../domain/api-client.ts';
import { changedLifetimes, cutoffEnd, cutoffId, type NewCutoff } from '../domain/cutoff.ts';
import { addCutoff } from '../store/add-cutoff.ts';
import { raiseCutoffSeq, readTokenLifetimes, writeTokenLifetimes } from '../store/cutoffs.ts';
import type { Queries } from '../store/database.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

/**
 * Revokes every access token issued for something up to now, in the transaction of the change that causes it. A client
 * or an organization with too many of them is cut off as a whole (`cutoffLimits`).
 */
export async function cutOff(context: ActionContext, queries: Queries, cutoff: NewCutoff): Promise<void> {
  const { config, database, now } = context;
  const entry = {
    kind: cutoff.kind,
    subject: cutoffId(cutoff),
    clientId: 'clientId' in cutoff ? cutoff.clientId : null,
    organizationId: 'organizationId' in cutoff ? cutoff.organizationId : null,
  };
  const collapsed = await addCutoff(queries, entry, async (stored) => {
    const cutAt = (await database.clock?.(queries)) ?? now();
    // The command line may be configured differently from the server that issues the tokens.
    const lifetimeSeconds = Math.max(stored.lifetimeSeconds, config.accessTokenLifetimeSeconds);
    return { cutAt, until: cutoffEnd(cutAt, { ...stored, lifetimeSeconds }) };
  });
  for (const { kind, id, organizationId } of collapsed) {
    await recordAction(context, queries, {
      actor: { type: 'system', id: null, address: null, userAgent: null, requestId: null },
      organizationId,
      action: `${kind}.revoke_tokens`,
      target: { type: kind, id },
    });
  }
}

/** Revokes the tokens of a client that may do less than before: it was disabled, may only read, or not act for users. */
export async function cutOffIfLess(
  context: ActionContext,
  queries: Queries,
  before: Pick<ApiClient, 'id' | 'organizationId' | 'access' | 'state' | 'grants'>,
  after: Pick<ApiClient, 'access' | 'state' | 'grants'>,
): Promise<void> {
  const isLowered = before.access === 'read_write' && after.access === 'read';
  const hasLostGrant = before.grants.some((grant) => !after.grants.includes(grant));
  if (isLowered || hasLostGrant || (before.state === 'active' && after.state === 'disabled')) {
    await cutOff(context, queries, { kind: 'client', id: before.id, organizationId: before.organizationId });
  }
}

/** At the start of a server: stores how long its tokens live, and makes sure that the list's number never goes back. */
export async function prepareCutoffs({ config, database, now }: ActionContext): Promise<void> {
  await database.transaction(async (queries) => {
    const clock = (await database.clock?.(queries)) ?? now();
    // No store makes a thousand cut-offs a second, so the clock is ahead of every number from before a backup.
    await raiseCutoffSeq(queries, clock);
    const before = await readTokenLifetimes(queries);
    if (before.lifetimeSeconds !== config.accessTokenLifetimeSeconds) {
      await writeTokenLifetimes(queries, changedLifetimes(before, config.accessTokenLifetimeSeconds, clock));
    }
  });
}
