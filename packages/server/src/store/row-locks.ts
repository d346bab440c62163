import type { Queries } from './database.ts';
import { writeStoredSetting } from './settings.ts';

// On SQLite a transaction has the whole store for itself; on PostgreSQL these make transactions that count the same
// rows wait for each other, so that the one that waits counts what the other has added.

/** Holds an organization until the transaction ends. */
export async function lockOrganization(queries: Queries, id: string): Promise<void> {
  await queries
    .updateTable('organizations')
    .set((expression) => ({ version: expression.ref('version') }))
    .where('id', '=', id)
    .execute();
}

/** Holds a user until the transaction ends. */
export async function lockUser(queries: Queries, id: string): Promise<void> {
  await queries
    .updateTable('users')
    .set((expression) => ({ version: expression.ref('version') }))
    .where('id', '=', id)
    .execute();
}

/** Holds what belongs to no organization until the transaction ends. */
export async function lockInstance(queries: Queries): Promise<void> {
  await writeStoredSetting(queries, 'instance_lock', '');
}
