import { type Kysely, sql } from 'kysely';

/** Who made a link and whom it is for, so that it can die with its reason; who vouches for an account. */
export const linksAndVouching = {
  id: '0008-links-and-vouching',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('users').addColumn('vouched_by_organization_id', 'text').execute();
    await db.schema.alterTable('users').addColumn('address_detached_at', 'bigint').execute();
    await db.schema.alterTable('one_time_links').addColumn('user_id', 'text').execute();
    await db.schema.alterTable('one_time_links').addColumn('created_by', 'text').execute();
    await db.schema.createIndex('one_time_links_by_user').on('one_time_links').column('user_id').execute();
    await db.schema.createIndex('one_time_links_by_maker').on('one_time_links').column('created_by').execute();
    // Nobody recorded who made these; they would have expired within the hour.
    await sql`delete from one_time_links where kind = 'reset'`.execute(db);
    await sql`
      update one_time_links set created_by = (
        select max(audit_entries.actor_id) from audit_entries
        where audit_entries.target_id = one_time_links.id
          and audit_entries.action = 'invitation.create'
          and audit_entries.actor_type = 'user'
      ) where kind = 'invitation'`.execute(db);
  },
};
