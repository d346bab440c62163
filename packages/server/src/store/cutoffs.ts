import type { CutoffKind, TokenLifetimes } from '../domain/cutoff.ts';
import { newRowId } from '../domain/identifier.ts';
import type { Database, Queries } from './database.ts';

/** A cut-off as it is stored. Times are epoch milliseconds of the store's clock. */
export interface StoredCutoff {
  readonly kind: CutoffKind;
  readonly subject: string;
  readonly cutAt: number;
  /** When the last token that it could concern has expired. */
  readonly until: number;
}

/** All cut-offs, and the number of the list that they make. */
export interface StoredCutoffs {
  /** How many cut-offs there ever were, plus a base; it only grows. */
  readonly seq: number;
  readonly entries: readonly StoredCutoff[];
}

/** Writes a cut-off; call it in the transaction of the change that causes it. */
export async function insertCutoff(queries: Queries, cutoff: StoredCutoff): Promise<void> {
  await queries
    .insertInto('cutoffs')
    .values({
      id: newRowId('cut'),
      kind: cutoff.kind,
      subject: cutoff.subject,
      cut_at: cutoff.cutAt,
      until: cutoff.until,
    })
    .execute();
}

/** The number alone: if it did not grow, the list has not changed. One statement reads rows and base in one state. */
export async function readCutoffSeq(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('cutoff_state')
    .select((expression) => [
      'base',
      expression
        .selectFrom('cutoffs')
        .select((counted) => counted.fn.countAll().as('count'))
        .as('count'),
    ])
    .executeTakeFirstOrThrow();
  return Number(row.base) + Number(row.count);
}

/** The whole list. */
export async function readCutoffs(queries: Queries): Promise<StoredCutoffs> {
  const rows = await queries
    .selectFrom('cutoff_state')
    .leftJoin('cutoffs', (join) => join.onTrue())
    .select(['base', 'kind', 'subject', 'cut_at', 'until'])
    .execute();
  const entries = rows.flatMap(({ kind, subject, cut_at, until }) =>
    kind === null || subject === null ? [] : [{ kind, subject, cutAt: Number(cut_at), until: Number(until) }],
  );
  return { seq: Number(rows[0]?.base) + entries.length, entries };
}

/** How long tokens live, as configured for the server that started last. */
export async function readTokenLifetimes(queries: Queries): Promise<TokenLifetimes> {
  const row = await queries
    .selectFrom('cutoff_state')
    .select(['lifetime_seconds', 'older_tokens_end'])
    .executeTakeFirstOrThrow();
  return { lifetimeSeconds: Number(row.lifetime_seconds), olderTokensEnd: Number(row.older_tokens_end) };
}

/** Stores how long tokens live from now on. */
export async function writeTokenLifetimes(queries: Queries, lifetimes: TokenLifetimes): Promise<void> {
  await queries
    .updateTable('cutoff_state')
    .set({ lifetime_seconds: lifetimes.lifetimeSeconds, older_tokens_end: lifetimes.olderTokensEnd })
    .execute();
}

/** Raises the base, so that the list of a restored backup is not behind the one that guards have seen. */
export async function raiseCutoffBase(queries: Queries, base: number): Promise<void> {
  await queries.updateTable('cutoff_state').set({ base }).where('base', '<', base).execute();
}

/** Deletes cut-offs that concern no token any more; the number of the list stays the same. */
export async function pruneCutoffs(database: Pick<Database, 'queries' | 'transaction'>, before: number, limit: number) {
  const ended = await database.queries
    .selectFrom('cutoffs')
    .select('id')
    .where('until', '<', before)
    .limit(limit)
    .execute();
  if (ended.length === 0) {
    return 0;
  }
  const ids = ended.map(({ id }) => id);
  return database.transaction(async (queries) => {
    const removed = await queries.deleteFrom('cutoffs').where('id', 'in', ids).executeTakeFirst();
    const count = Number(removed.numDeletedRows);
    await queries
      .updateTable('cutoff_state')
      .set((expression) => ({ base: expression('base', '+', count) }))
      .execute();
    return count;
  });
}
