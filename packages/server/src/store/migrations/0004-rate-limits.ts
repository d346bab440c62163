import type { Kysely } from 'kysely';

/** The counters that several processes share; columns as the limiter library wants them. */
export const rateLimits = {
  id: '0004-rate-limits',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('rate_limits')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('points', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('expire', 'bigint')
      .execute();
    await db.schema.createIndex('rate_limits_by_end').on('rate_limits').column('expire').execute();
  },
};
