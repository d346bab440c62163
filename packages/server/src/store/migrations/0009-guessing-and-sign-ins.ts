import type { Kysely } from 'kysely';

/** Wrong passwords are counted with the user and told at the next sign-in; where a sign-in of an API client is used. */
export const guessingAndSignIns = {
  id: '0009-guessing-and-sign-ins',
  async up(db: Kysely<unknown>): Promise<void> {
    for (const name of ['wrong_passwords', 'untold_wrong_passwords']) {
      await db.schema
        .alterTable('users')
        .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    }
    await db.schema.alterTable('users').addColumn('untold_since', 'bigint').execute();
    await db.schema
      .alterTable('console_sessions')
      .addColumn('wrong_passwords', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('console_sessions').addColumn('wrong_since', 'bigint').execute();
    await db.schema.alterTable('refresh_families').addColumn('last_used_address', 'text').execute();
    await db.schema
      .createIndex('refresh_families_of_client')
      .on('refresh_families')
      .columns(['organization_id', 'client_id', 'created_at'])
      .execute();
  },
};
