import { bindersMigrations } from '@bindery/binders';
import type { Kysely } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import type { Backend, Queries } from './database.ts';
import { tokenService } from './migrations/0001-token-service.ts';
import { people } from './migrations/0002-people.ts';
import { consoleTables } from './migrations/0003-console.ts';
import { rateLimits } from './migrations/0004-rate-limits.ts';
import { cutoffs } from './migrations/0005-cutoffs.ts';
import { boundedCutoffs } from './migrations/0006-bounded-cutoffs.ts';
import { largeStores } from './migrations/0007-large-stores.ts';
import { linksAndVouching } from './migrations/0008-links-and-vouching.ts';
import { guessingAndSignIns } from './migrations/0009-guessing-and-sign-ins.ts';

/** One step of the schema; never changed once released, only followed by another. */
export interface Migration {
  readonly id: string;
  up(db: Kysely<unknown>): Promise<void>;
}

/** All steps in the order in which they run. */
export const migrations: readonly Migration[] = [
  tokenService,
  ...bindersMigrations,
  people,
  consoleTables,
  rateLimits,
  cutoffs,
  boundedCutoffs,
  largeStores,
  linksAndVouching,
  guessingAndSignIns,
];

type MigrationRows = { readonly bindery_migrations: { id: string; applied_at: number } };

/** The steps that a store still needs; throws if it has steps that this program does not know. */
export async function pendingMigrations(
  backend: Pick<Backend, 'hasTable'>,
  queries: Queries,
): Promise<readonly Migration[]> {
  if (!(await backend.hasTable('bindery_migrations', queries))) {
    return migrations;
  }
  const rows = await queries.withTables<MigrationRows>().selectFrom('bindery_migrations').select('id').execute();
  const applied = new Set(rows.map((row) => row.id));
  const unknown = [...applied].filter((id) => !migrations.some((migration) => migration.id === id));
  if (unknown.length > 0) {
    throw new ConfigurationError([
      `the store is newer than this program (it has ${unknown.join(', ')}): run the newer Bindery, or restore an older backup`,
    ]);
  }
  return migrations.filter((migration) => !applied.has(migration.id));
}

/** Brings a store to this program's schema in one transaction, so that it is never half upgraded. */
export async function migrate(
  backend: Pick<Backend, 'hasTable' | 'migrating'>,
  now: number,
): Promise<readonly string[]> {
  return backend.migrating(async (queries) => {
    // Read again: another process may have been faster.
    const pending = await pendingMigrations(backend, queries);
    // The migrations use tables that the type of the schema does not know yet.
    const anyTables = queries as unknown as Kysely<unknown>;
    if (pending === migrations) {
      await anyTables.schema
        .createTable('bindery_migrations')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('applied_at', 'bigint', (column) => column.notNull())
        .execute();
    }
    for (const migration of pending) {
      await migration.up(anyTables);
      await queries
        .withTables<MigrationRows>()
        .insertInto('bindery_migrations')
        .values({ id: migration.id, applied_at: now })
        .execute();
    }
    return pending.map((migration) => migration.id);
  });
}
