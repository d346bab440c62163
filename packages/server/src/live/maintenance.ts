import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import { dayMilliseconds } from '../domain/duration.ts';
import { sessionIdleMilliseconds } from '../domain/limits.ts';
import { pruneAuditEntries } from '../store/audit.ts';
import { pruneIdleSessions, pruneSessions } from '../store/console-sessions.ts';
import { pruneCutoffs } from '../store/cutoffs.ts';
import type { Queries } from '../store/database.ts';
import { pruneLinks } from '../store/one-time-links.ts';
import { pruneRateLimits } from '../store/rate-limits.ts';
import { pruneRefreshFamilies, pruneSuccessors } from '../store/refresh-families.ts';
import { pruneRevokedTokens } from '../store/token-state.ts';
import { pruneClientHours, pruneUnknownRefusals } from '../store/usage.ts';
import { createCutoffAlarm } from './cutoff-alarm.ts';
import type { KeyRing } from './key-ring.ts';
import { type Pace, type Removal, removeInSteps } from './removal.ts';

const everyMilliseconds = 60_000;
const roundMilliseconds = 10_000;
/** A step blocks the event loop on SQLite; on PostgreSQL it only has to stay far below the statement timeout. */
const paces: Readonly<Record<'sqlite' | 'postgres', Pace>> = {
  sqlite: { stepMilliseconds: 3, rowsMax: 200, roundMilliseconds },
  postgres: { stepMilliseconds: 100, rowsMax: 5000, roundMilliseconds },
};

/** Deletes up to `limit` rows that expired before a moment; returns how many. */
type Prune = (queries: Queries, before: number, limit: number) => Promise<number>;

/** Something to do each round; resolves to whether there is more to do at once. */
interface Task {
  readonly name: string;
  readonly run: () => Promise<boolean>;
}

/**
 * What a server does by itself, now and every minute: it creates the next signing key when it is due, and deletes what has
 * expired. Tasks do not depend on each other: one that fails is logged, and the others go on. Returns a function that
 * stops it.
 */
export function startMaintenance(context: ActionContext, keyRing: KeyRing, logger: FastifyBaseLogger): () => void {
  const stop = new AbortController();
  const tasks = tasksOf(context, keyRing, stop.signal, logger);
  const failing = new Set<string>();
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      let isMoreToDo = false;
      for (const task of tasks) {
        isMoreToDo = (await runTask(task, failing, logger)) || isMoreToDo;
      }
      if (!isMoreToDo) {
        await wait(everyMilliseconds, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
      }
    }
  };
  void run();
  return () => stop.abort();
}

/** A task that fails each minute is logged when it begins to, and when it works again. */
async function runTask({ name, run }: Task, failing: Set<string>, logger: FastifyBaseLogger): Promise<boolean> {
  try {
    const isMoreToDo = await run();
    if (failing.delete(name)) {
      logger.info({ task: name }, 'maintenance works again');
    }
    return isMoreToDo;
  } catch (error) {
    if (!failing.has(name)) {
      failing.add(name);
      logger.error({ err: error, task: name }, 'maintenance failed; it is tried again every minute');
    }
    return false;
  }
}

function tasksOf(
  context: ActionContext,
  keyRing: KeyRing,
  signal: AbortSignal,
  logger: FastifyBaseLogger,
): readonly Task[] {
  const warnOfCutoffs = createCutoffAlarm(context, logger);
  const pace = paces[context.database.kind];
  return [
    { name: 'the next signing key', run: () => keyRing.rotateWhenDue().then(() => false) },
    { name: 'the size of the revocation list', run: () => warnOfCutoffs().then(() => false) },
    ...removalsOf(context).map((removal) => ({
      name: removal.name,
      run: () => removeInSteps(removal, pace, { signal, clock: () => performance.now() }),
    })),
  ];
}

function removalsOf({ config, database, now }: ActionContext): readonly Removal[] {
  const { releasePages } = database;
  const retained = () => now() - config.auditRetentionDays * dayMilliseconds;
  // A family is needed as long as an access token of its last refresh may be valid.
  const familyEnd = () => now() - config.accessTokenLifetimeSeconds * 1000 - dayMilliseconds;
  const graceEnd = () => now() - config.refreshTokenGraceSeconds * 1000;
  const removal = (name: string, prune: Prune, before: () => number): Removal => ({
    name,
    remove: (limit) => database.removing((queries) => prune(queries, before(), limit)),
  });
  const timed = (name: string, remove: (limit: number) => Promise<number>): Removal => ({
    name,
    async remove(limit) {
      const began = performance.now();
      return { removed: await remove(limit), milliseconds: performance.now() - began };
    },
  });
  return [
    // It changes what processes cache, so it runs in a transaction of its own.
    timed('expired revocations', (limit) => pruneCutoffs(database, now(), limit)),
    removal('revoked tokens that expired', pruneRevokedTokens, now),
    removal('expired sessions', pruneSessions, now),
    removal('idle sessions', pruneIdleSessions, () => now() - sessionIdleMilliseconds),
    removal('expired links', pruneLinks, now),
    removal('rate limits', pruneRateLimits, now),
    removal('refresh tokens after their grace time', pruneSuccessors, graceEnd),
    removal('expired sign-ins', pruneRefreshFamilies, familyEnd),
    removal('hourly counters', pruneClientHours, retained),
    removal('counters of unknown clients', pruneUnknownRefusals, retained),
    removal('the audit log', pruneAuditEntries, retained),
    ...(releasePages === undefined ? [] : [timed('unused pages of the file', releasePages)]),
  ];
}
