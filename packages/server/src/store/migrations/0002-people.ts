import type { Kysely } from 'kysely';

/** Users and their memberships, refresh tokens, revoked tokens and the credentials of APIs. */
export const people = {
  id: '0002-people',
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('users')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('email', 'text', (column) => column.notNull().unique())
      .addColumn('password_hash', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('sessions_ended_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('memberships')
      .addColumn('organization_id', 'text', (column) =>
        column.notNull().references('organizations.id').onDelete('cascade'),
      )
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('memberships_key', ['organization_id', 'user_id'])
      .execute();
    await db.schema.createIndex('memberships_by_user').on('memberships').column('user_id').execute();

    await db.schema
      .createTable('user_networks')
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('network', 'text', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_networks_key', ['user_id', 'network'])
      .execute();

    await db.schema
      .createTable('refresh_families')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull().references('api_clients.id').onDelete('cascade'))
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('current_hash', 'text', (column) => column.notNull())
      .addColumn('previous_hash', 'text')
      .addColumn('previous_asked_scope', 'text')
      .addColumn('sealed_successor', 'text')
      .addColumn('rotated_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('idle_expires_at', 'bigint', (column) => column.notNull())
      .addColumn('absolute_expires_at', 'bigint', (column) => column.notNull())
      .addColumn('revoked_at', 'bigint')
      .addColumn('revoked_reason', 'text')
      .execute();
    await db.schema.createIndex('refresh_families_by_user').on('refresh_families').column('user_id').execute();
    await db.schema.createIndex('refresh_families_by_client').on('refresh_families').column('client_id').execute();
    await db.schema
      .createIndex('refresh_families_by_end')
      .on('refresh_families')
      .column('absolute_expires_at')
      .execute();

    await db.schema
      .createTable('revoked_tokens')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('revoked_tokens_by_end').on('revoked_tokens').column('expires_at').execute();

    await db.schema
      .createTable('api_credentials')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('audience', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull())
      .addColumn('last_four', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
