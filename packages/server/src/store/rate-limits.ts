import { CompiledQuery } from 'kysely';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { LimiterFactory, Queries, RateLimiter } from './database.ts';
import { MemoryLimiter } from './memory-limiter.ts';

/** Rate limiters in this process: enough for an embedded database, which no other server uses. */
export const createMemoryLimiter: LimiterFactory = (_name, points, seconds) => new MemoryLimiter(points, seconds);

/** Rate limiters that all processes on one PostgreSQL share; while it does not answer, each process counts on its own. */
export function sharedLimiters(queries: Queries): LimiterFactory {
  // Without a name for the statement: a pooler may send the next one to another session.
  const storeClient = {
    async query({ text, values = [] }: { readonly text: string; readonly values?: readonly unknown[] }) {
      const { rows, numAffectedRows } = await queries.executeQuery(CompiledQuery.raw(text, [...values]));
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
    },
  };
  return (keyPrefix, points, duration) => {
    const inStore = new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration,
      // A caller over the limit causes no more database queries.
      inMemoryBlockOnConsumed: points + 1,
    });
    return withInsurance(inStore, createMemoryLimiter(keyPrefix, points, duration));
  };
}

/** Counts in `insurance` what the store cannot count. The library's own insurance has no bound on its memory. */
function withInsurance(inStore: RateLimiter, insurance: RateLimiter): RateLimiter {
  const insured = async (count: (limiter: RateLimiter) => Promise<unknown>): Promise<unknown> => {
    try {
      return await count(inStore);
    } catch (error) {
      if (error instanceof RateLimiterRes) {
        throw error;
      }
      return count(insurance);
    }
  };
  return {
    consume: (key, points) => insured((limiter) => limiter.consume(key, points)),
    reward: (key, points) => insured((limiter) => limiter.reward(key, points)),
  };
}

/** Deletes expired counters. */
export async function pruneRateLimits(queries: Queries, now: number, limit: number): Promise<number> {
  const over = queries.selectFrom('rate_limits').select('key').where('expire', '<', now).limit(limit);
  const removed = await queries.deleteFrom('rate_limits').where('key', 'in', over).executeTakeFirst();
  return Number(removed.numDeletedRows);
}
