import { type Kysely, sql } from 'kysely';

/** The table `binders`. PostgreSQL returns a bigint as a string, SQLite as a number; the store converts it. */
export interface BindersTable {
  id: string;
  organization_id: string;
  name: string;
  type: string;
  created_at: number;
  updated_at: number;
  version: number;
}

/** The tables that the Binders API needs. */
export interface BindersTables {
  binders: BindersTable;
}

/** A step that brings a database up to date. Run each once, in order, under your own lock. */
export interface BindersMigration {
  readonly id: string;
  up<Tables>(db: Kysely<Tables>): Promise<void>;
}

/** The migrations of this package, oldest first. */
export const bindersMigrations: readonly BindersMigration[] = [
  {
    id: 'binders-0001',
    async up(db) {
      await db.schema
        .createTable('binders')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('organization_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .execute();
      // In the order of the list, so that a page is read without sorting.
      await db.schema
        .createIndex('binders_by_organization')
        .on('binders')
        .columns([sql.ref('organization_id'), sql`created_at desc`, sql.ref('id')])
        .execute();
    },
  },
];
