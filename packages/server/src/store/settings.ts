import type { Queries } from './database.ts';

/** A setting that is kept in the store. */
export async function readStoredSetting(queries: Queries, name: string): Promise<string | undefined> {
  const row = await queries.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

/** Sets a setting, unless it already has a value. */
export async function initializeStoredSetting(queries: Queries, name: string, value: string): Promise<void> {
  await queries
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Sets a setting, whatever it was before. */
export async function writeStoredSetting(queries: Queries, name: string, value: string): Promise<void> {
  await queries
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
