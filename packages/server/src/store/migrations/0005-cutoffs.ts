import type { Kysely } from 'kysely';

/** What was cut off before it expired, and what the number of the list and the end of entries are reckoned from. */
export const cutoffs = {
  id: '0005-cutoffs',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('cutoffs')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('cut_at', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('cutoffs_by_end').on('cutoffs').column('until').execute();
    await db.schema
      .createTable('cutoff_state')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('base', 'bigint', (column) => column.notNull())
      .addColumn('lifetime_seconds', 'integer', (column) => column.notNull())
      .addColumn('older_tokens_end', 'bigint', (column) => column.notNull())
      .execute();
    await (db as Kysely<{ cutoff_state: Record<string, number> }>)
      .insertInto('cutoff_state')
      // A store may come from a version without cut-offs, whose tokens lived a day at the longest.
      .values({ id: 1, base: 0, lifetime_seconds: 86_400, older_tokens_end: 0 })
      .execute();
  },
};
