import type { Kysely } from 'kysely';

/** What the console needs: operators, sessions, one-time links, and the words that people give things. */
export const consoleTables = {
  id: '0003-console',
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [name, type] of [
      ['name', 'text'],
      ['locale', 'text'],
      ['theme', 'text'],
    ] as const) {
      await db.schema.alterTable('users').addColumn(name, type).execute();
    }
    await db.schema
      .alterTable('users')
      .addColumn('is_operator', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('organizations').addColumn('contact', 'text').execute();
    await db.schema
      .alterTable('api_clients')
      .addColumn('description', 'text', (column) => column.notNull().defaultTo(''))
      .execute();

    await db.schema
      .createTable('console_sessions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull())
      .addColumn('recent_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('address', 'text')
      .addColumn('user_agent', 'text')
      .execute();
    await db.schema.createIndex('console_sessions_by_user').on('console_sessions').column('user_id').execute();

    await db.schema
      .createTable('one_time_links')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('organization_id', 'text', (column) => column.references('organizations.id').onDelete('cascade'))
      .addColumn('email', 'text')
      .addColumn('role', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('one_time_links_by_organization')
      .on('one_time_links')
      .columns(['organization_id', 'kind'])
      .execute();
  },
};
