import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ActionContext } from './actions/context.ts';
import { pruneTrail } from './store/audit.ts';

const everyMilliseconds = 3_600_000;
const rowsPerStep = 500;
const dayMilliseconds = 86_400_000;

/** Removes what is older than the retention, now and every hour, in steps so small that no request waits for them. */
export function startPruning(context: ActionContext, logger: FastifyBaseLogger): () => void {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await prune(context, stop.signal).catch((error: unknown) => logger.error({ err: error }, 'pruning failed'));
      await wait(everyMilliseconds, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  void run();
  return () => stop.abort();
}

async function prune(context: ActionContext, signal: AbortSignal): Promise<void> {
  const before = context.now() - context.config.auditRetentionDays * dayMilliseconds;
  while (!signal.aborted && (await pruneTrail(context.database.queries, before, rowsPerStep)) > 0) {
    await wait(50, undefined, { signal, ref: false });
  }
}
