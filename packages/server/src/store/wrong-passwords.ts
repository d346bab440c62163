import { sql } from 'kysely';
import type { Queries } from './database.ts';

/** Wrong passwords since somebody was last told, and when the first of them was (epoch milliseconds). */
export interface UntoldGuesses {
  readonly count: number;
  readonly since: number;
}

/** Counts a wrong password. The user's version stays as it is: no form that is open must fail because of it. */
export async function countWrongPassword(queries: Queries, userId: string, now: number): Promise<void> {
  await queries
    .updateTable('users')
    .set({
      wrong_passwords: sql`wrong_passwords + 1`,
      untold_wrong_passwords: sql`untold_wrong_passwords + 1`,
      untold_since: sql`coalesce(untold_since, ${sql.val(now)})`,
    })
    .where('id', '=', userId)
    .execute();
}

/** How many wrong passwords there were in a row. */
export async function wrongPasswordsOf(queries: Queries, userId: string): Promise<number> {
  const row = await queries.selectFrom('users').select('wrong_passwords').where('id', '=', userId).executeTakeFirst();
  return row?.wrong_passwords ?? 0;
}

/** Ends the row of wrong passwords. What the user was not told of stays untold. */
export async function forgiveWrongPasswords(queries: Queries, userId: string): Promise<void> {
  await queries
    .updateTable('users')
    .set({ wrong_passwords: 0 })
    .where('id', '=', userId)
    .where('wrong_passwords', '>', 0)
    .execute();
}

/** What the user has to be told, which counts as told from now on; undefined if there is nothing. */
export async function takeUntoldGuesses(queries: Queries, userId: string): Promise<UntoldGuesses | undefined> {
  const row = await queries
    .selectFrom('users')
    .select(['untold_wrong_passwords as count', 'untold_since as since'])
    .where('id', '=', userId)
    .where('untold_wrong_passwords', '>', 0)
    .executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  await queries
    .updateTable('users')
    .set({ untold_wrong_passwords: sql`untold_wrong_passwords - ${sql.val(row.count)}`, untold_since: null })
    .where('id', '=', userId)
    .execute();
  return { count: row.count, since: Number(row.since) };
}
