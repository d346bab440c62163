import type { CutoffKind, TokenLifetimes } from '../domain/cutoff.ts';
import type { Database, Queries } from './database.ts';

/** A cut-off as it is stored. Times are epoch milliseconds of the store's clock. */
export interface StoredCutoff {
  readonly kind: CutoffKind;
  readonly subject: string;
  readonly cutAt: number;
  /** When the last token that it could concern has expired. */
  readonly until: number;
  /** The number of the list that it came with. */
  readonly seq: number;
  /** Whom it counts for. */
  readonly clientId: string | null;
  readonly organizationId: string | null;
}

/** Cut-offs, and the number of the list that they make. */
export interface StoredCutoffs {
  /** Grows with every cut-off. Whoever reads it sees every entry up to this number. */
  readonly seq: number;
  readonly entries: readonly StoredCutoff[];
}

/** The number of the list: while it stays the same, nothing was added. */
export async function readCutoffSeq(queries: Queries): Promise<number> {
  const { seq } = await queries.selectFrom('cutoff_state').select('seq').executeTakeFirstOrThrow();
  return Number(seq);
}

/** How many entries the list has. */
export async function readCutoffCount(queries: Queries): Promise<number> {
  const { entries } = await queries.selectFrom('cutoff_state').select('entries').executeTakeFirstOrThrow();
  return Number(entries);
}

/** The entries that came after a number; by default all. One statement, so that number and entries belong together. */
export async function readCutoffs(queries: Queries, after = -1): Promise<StoredCutoffs> {
  const rows = await queries
    .selectFrom('cutoff_state')
    .leftJoin('cutoffs', (join) => join.on('cutoffs.seq', '>', after))
    .select(['cutoff_state.seq as number', 'kind', 'subject', 'cut_at', 'until', 'cutoffs.seq'])
    .select(['client_id', 'organization_id'])
    .orderBy('cutoffs.seq')
    .execute();
  const entries = rows.flatMap(({ kind, subject, cut_at, until, seq, client_id, organization_id }) =>
    kind === null || subject === null
      ? []
      : [
          {
            ...{ kind, subject, cutAt: Number(cut_at), until: Number(until), seq: Number(seq) },
            ...{ clientId: client_id, organizationId: organization_id },
          },
        ],
  );
  return { seq: Number(rows[0]?.number), entries };
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

/** Raises the number, so that the list of a restored backup is not behind the one that guards have seen. */
export async function raiseCutoffSeq(queries: Queries, seq: number): Promise<void> {
  await queries.updateTable('cutoff_state').set({ seq }).where('seq', '<', seq).execute();
}

/** Deletes cut-offs that no longer concern any token; the number of the list stays the same. Returns how many. */
export async function pruneCutoffs(
  database: Pick<Database, 'queries' | 'transaction'>,
  before: number,
  limit: number,
): Promise<number> {
  const ended = await database.queries
    .selectFrom('cutoffs')
    .select('until')
    .where('until', '<', before)
    .orderBy('until')
    .limit(limit)
    .execute();
  const last = ended.at(-1)?.until;
  if (last === undefined) {
    return 0;
  }
  return database.transaction(
    async (queries) => {
      // Locks the row first, as every cut-off does, so that the two cannot wait for each other.
      await queries
        .updateTable('cutoff_state')
        .set((expression) => ({ entries: expression.ref('entries') }))
        .execute();
      const removed = await queries.deleteFrom('cutoffs').where('until', '<=', last).executeTakeFirst();
      const count = Number(removed.numDeletedRows);
      await queries
        .updateTable('cutoff_state')
        .set((expression) => ({ entries: expression('entries', '-', count) }))
        .execute();
      return count;
    },
    // What has expired is dropped from memory by the clock.
    { invalidatesCaches: false },
  );
}

/** The organization with the most entries; undefined if no entry counts for one. */
export async function readLargestContributor(
  queries: Queries,
): Promise<{ readonly organizationId: string; readonly entries: number } | undefined> {
  const row = await queries
    .selectFrom('cutoffs')
    .select((expression) => ['organization_id', expression.fn.countAll().as('count')])
    .where('organization_id', 'is not', null)
    .groupBy('organization_id')
    .orderBy('count', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.organization_id ? { organizationId: row.organization_id, entries: Number(row.count) } : undefined;
}
