import { cutoffsBytesMax } from '@bindery/guard/issuer';
import type { FastifyBaseLogger } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import { hourMilliseconds } from '../domain/duration.ts';
import { cutoffsWarnedAt } from '../domain/limits.ts';
import { readCutoffCount, readLargestContributor } from '../store/cutoffs.ts';

/** Returns a check that warns, at most once an hour, while the revocation list is a quarter of what guards read. */
export function createCutoffAlarm(
  { database, now }: ActionContext,
  logger: Pick<FastifyBaseLogger, 'warn'>,
  warnedAt: number = cutoffsWarnedAt,
): () => Promise<void> {
  let silentUntil = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() < silentUntil) {
      return;
    }
    const entries = await readCutoffCount(database.queries);
    if (entries < warnedAt) {
      return;
    }
    silentUntil = now() + hourMilliseconds;
    const largest = await readLargestContributor(database.queries);
    logger.warn(
      { entries, bytes_max: cutoffsBytesMax, organization_id: largest?.organizationId, of_it: largest?.entries },
      'the revocation list is long: guards refuse a list over their limit, so find out who revokes so much',
    );
  };
}
