import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import { dayMilliseconds } from '../domain/duration.ts';
import { sessionIdleMilliseconds } from '../domain/limits.ts';
import { pruneAuditLog } from '../store/audit.ts';
import { pruneSessions } from '../store/console-sessions.ts';
import { pruneCutoffs } from '../store/cutoffs.ts';
import { pruneRateLimits } from '../store/rate-limits.ts';
import { pruneRefreshFamilies } from '../store/refresh-families.ts';
import { pruneRevokedTokens } from '../store/token-state.ts';
import type { KeyRing } from './key-ring.ts';

const everyMilliseconds = 60_000;
const rowsPerStep = 500;

/**
 * What a server does by itself, now and every minute: it creates the next signing key when it is due, and deletes what has
 * expired, in steps so small that no request waits for them. Returns a function that stops it.
 */
export function startMaintenance(context: ActionContext, keyRing: KeyRing, logger: FastifyBaseLogger): () => void {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      for (const task of [() => keyRing.rotateWhenDue(), () => prune(context, stop.signal)]) {
        await task().catch((error: unknown) => logger.error({ err: error }, 'maintenance failed'));
      }
      await wait(everyMilliseconds, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  void run();
  return () => stop.abort();
}

async function prune({ config, database, now }: ActionContext, signal: AbortSignal): Promise<void> {
  const steps = [
    () => pruneAuditLog(database.queries, now() - config.auditRetentionDays * dayMilliseconds, rowsPerStep),
    () => pruneRateLimits(database.queries, now(), rowsPerStep),
    () => pruneSessions(database.queries, now(), now() - sessionIdleMilliseconds, rowsPerStep),
    () => pruneCutoffs(database, now(), rowsPerStep),
    () => pruneRevokedTokens(database.queries, now(), rowsPerStep),
    () =>
      pruneRefreshFamilies(
        database.queries,
        {
          rotatedAt: now() - config.refreshTokenGraceSeconds * 1000,
          // A family is needed as long as an access token of its last refresh may be valid.
          absoluteExpiresAt: now() - config.accessTokenLifetimeSeconds * 1000 - dayMilliseconds,
        },
        rowsPerStep,
      ),
  ];
  for (const step of steps) {
    while (!signal.aborted && (await step()) > 0) {
      await wait(50, undefined, { signal, ref: false });
    }
  }
}
