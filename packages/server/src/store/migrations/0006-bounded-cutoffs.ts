import { type Kysely, sql } from 'kysely';

/**
 * One entry for each subject, with the number it came with and whom it counts for; the list's number and size are stored
 * instead of counted. What was revoked before counts for nobody and expires with its tokens.
 */
export const boundedCutoffs = {
  id: '0006-bounded-cutoffs',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('cutoffs_by_end').execute();
    await db.schema.alterTable('cutoffs').renameTo('cutoffs_before').execute();
    await db.schema
      .createTable('cutoffs')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('cut_at', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('client_id', 'text')
      .addColumn('organization_id', 'text')
      .addPrimaryKeyConstraint('cutoffs_by_subject', ['kind', 'subject'])
      .execute();
    const number = sql`(select base from cutoff_state) + (select count(*) from cutoffs_before)`;
    await sql`
      insert into cutoffs (kind, subject, cut_at, until, seq)
      select kind, subject, max(cut_at), max(until), ${number} from cutoffs_before group by kind, subject`.execute(db);
    // A server of an earlier version fails on this name, instead of adding entries without a number.
    await db.schema.alterTable('cutoff_state').renameColumn('base', 'seq').execute();
    await db.schema
      .alterTable('cutoff_state')
      .addColumn('entries', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .alterTable('cutoff_state')
      .addColumn('collapse_at', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`
      update cutoff_state set
        seq = seq + (select count(*) from cutoffs_before),
        entries = (select count(*) from cutoffs)`.execute(db);
    await db.schema.dropTable('cutoffs_before').execute();
    const index = (name: string) => db.schema.createIndex(name).on('cutoffs');
    await index('cutoffs_by_end').column('until').execute();
    await index('cutoffs_by_seq').column('seq').execute();
    await index('cutoffs_by_client').column('client_id').execute();
    await index('cutoffs_by_organization').columns(['organization_id', 'client_id']).execute();
  },
};
