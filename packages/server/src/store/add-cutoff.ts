import type { CutoffKind, TokenLifetimes } from '../domain/cutoff.ts';
import { cutoffLimits } from '../domain/limits.ts';
import type { StoredCutoff } from './cutoffs.ts';
import type { Queries } from './database.ts';

/** What is revoked, and whom the entry counts for. */
export type CutoffToAdd = Pick<StoredCutoff, 'kind' | 'subject' | 'clientId' | 'organizationId'>;

/** When something is cut off, and until when that matters (epoch milliseconds). */
export type CutoffTimes = Pick<StoredCutoff, 'cutAt' | 'until'>;

/** A client or an organization that was cut off as a whole, because it had too many entries. */
export interface CollapsedOwner {
  readonly kind: 'client' | 'organization';
  readonly id: string;
  readonly organizationId: string | null;
}

/** A pass over all organizations has to free this part, so that it is rare. */
const freedPart = 1 / 16;
const organizationsPerPass = 50;

/**
 * Adds an entry to the list, in the transaction of the change that causes it. Until that ends, every other cut-off
 * waits: so numbers are committed in their order. A client or an organization whose entries are too many is cut off as
 * a whole; what one entry covers is deleted. The work is bounded by the limits, not by the size of the list. `timesOf`
 * is called once the lock is held, so that as little time as possible passes between the cut-off and its commit.
 * Returns who was collapsed.
 */
export async function addCutoff(
  queries: Queries,
  cutoff: CutoffToAdd,
  timesOf: (lifetimes: TokenLifetimes) => Promise<CutoffTimes>,
  limits: typeof cutoffLimits = cutoffLimits,
): Promise<readonly CollapsedOwner[]> {
  const state = await queries
    .updateTable('cutoff_state')
    .set((expression) => ({ seq: expression('seq', '+', 1) }))
    .returning(['seq', 'entries', 'collapse_at', 'lifetime_seconds', 'older_tokens_end'])
    .executeTakeFirstOrThrow();
  const lifetimes = {
    lifetimeSeconds: Number(state.lifetime_seconds),
    olderTokensEnd: Number(state.older_tokens_end),
  };
  const list = new CutoffWriter(queries, Number(state.seq), await timesOf(lifetimes));
  await list.add(cutoff);
  const { clientId, organizationId } = cutoff;
  if (clientId !== null && (await list.countOf('client_id', clientId)) > limits.ofClient) {
    await list.collapse('client', clientId, organizationId);
  }
  if (organizationId !== null && (await list.countOf('organization_id', organizationId)) > limits.ofOrganization) {
    await list.collapseOrganization(organizationId);
  }
  const before = Number(state.entries);
  const collapseAt = Math.max(limits.inAll, Number(state.collapse_at));
  let next = Number(state.collapse_at);
  if (before + list.added > collapseAt) {
    const step = Math.ceil(limits.inAll * freedPart);
    const enough = limits.inAll - step;
    await list.collapseLargest(() => before + list.added <= enough);
    // What cannot be collapsed is not looked through again with every entry.
    next = before + list.added <= enough ? 0 : before + list.added + step;
  }
  await queries
    .updateTable('cutoff_state')
    .set({ entries: before + list.added, collapse_at: next })
    .execute();
  return list.collapsed;
}

/** Writes entries under one number. */
class CutoffWriter {
  /** How many entries the list has more than before; negative if it has fewer. */
  added = 0;
  readonly collapsed: CollapsedOwner[] = [];
  readonly #queries: Queries;
  readonly #seq: number;
  readonly #times: CutoffTimes;

  constructor(queries: Queries, seq: number, times: CutoffTimes) {
    this.#queries = queries;
    this.#seq = seq;
    this.#times = times;
  }

  /** Adds an entry, or replaces that of the same subject, and deletes the entries that it covers. */
  async add({ kind, subject, clientId, organizationId }: CutoffToAdd): Promise<void> {
    await this.#put({ kind, subject, client_id: clientId, organization_id: organizationId }, this.#times);
  }

  async countOf(owner: 'client_id' | 'organization_id', id: string): Promise<number> {
    const { count } = await this.#queries
      .selectFrom('cutoffs')
      .select((expression) => expression.fn.countAll().as('count'))
      .where(owner, '=', id)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Cuts a client or an organization off as a whole, which covers all of its entries. */
  async collapse(kind: 'client' | 'organization', id: string, organizationId: string | null): Promise<void> {
    // If the clock was set back, entries may be later than now.
    const last = await this.#queries
      .selectFrom('cutoffs')
      .select(({ fn }) => [fn.max('cut_at').as('cutAt'), fn.max('until').as('until')])
      .where(ownerOf[kind], '=', id)
      .executeTakeFirstOrThrow();
    const times = {
      cutAt: Math.max(this.#times.cutAt, Number(last.cutAt)),
      until: Math.max(this.#times.until, Number(last.until)),
    };
    const owner = kind === 'client' ? organizationId : null;
    this.collapsed.push({ kind, id, organizationId });
    await this.#put({ kind, subject: id, client_id: null, organization_id: owner }, times);
  }

  /** Collapses the clients of an organization, and if that does not halve its entries, the organization. */
  async collapseOrganization(id: string): Promise<void> {
    const clients = await this.#queries
      .selectFrom('cutoffs')
      .select((expression) => ['client_id', expression.fn.countAll().as('count')])
      .where('organization_id', '=', id)
      .groupBy('client_id')
      .execute();
    const before = clients.reduce((sum, { count }) => sum + Number(count), 0);
    // A client that is cut off itself leaves one entry.
    const after = clients.reduce((sum, { client_id, count }) => sum + (client_id === null ? Number(count) : 1), 0);
    if (after > before / 2) {
      await this.collapse('organization', id, id);
      return;
    }
    for (const { client_id, count } of clients) {
      if (client_id !== null && Number(count) > 1) {
        await this.collapse('client', client_id, id);
      }
    }
  }

  /** Collapses the organizations with the most entries, until there are few enough. */
  async collapseLargest(isEnough: () => boolean): Promise<void> {
    const largest = await this.#queries
      .selectFrom('cutoffs')
      .select((expression) => ['organization_id', expression.fn.countAll().as('count')])
      .where('organization_id', 'is not', null)
      .groupBy('organization_id')
      .having((expression) => expression.fn.countAll(), '>', 1)
      .orderBy('count', 'desc')
      .limit(organizationsPerPass)
      .execute();
    for (const { organization_id: id } of largest) {
      if (isEnough()) {
        return;
      }
      if (id !== null) {
        await this.collapseOrganization(id);
      }
    }
  }

  async #put(
    row: { kind: CutoffKind; subject: string; client_id: string | null; organization_id: string | null },
    { cutAt, until }: CutoffTimes,
  ): Promise<void> {
    const inserted = await this.#queries
      .insertInto('cutoffs')
      .values({ ...row, cut_at: cutAt, until, seq: this.#seq })
      .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
      .returning('seq')
      .executeTakeFirst();
    if (inserted === undefined) {
      await this.#replace(row, cutAt, until);
    } else {
      this.added += 1;
    }
    if (row.kind === 'client' || row.kind === 'organization') {
      const covered = await this.#queries
        .deleteFrom('cutoffs')
        .where(ownerOf[row.kind], '=', row.subject)
        .where('cut_at', '<=', cutAt)
        .where('until', '<=', until)
        .executeTakeFirst();
      this.added -= Number(covered.numDeletedRows);
    }
  }

  /** Nothing that was cut off comes back, even if the clock was set back. */
  async #replace(row: { kind: CutoffKind; subject: string }, cutAt: number, until: number): Promise<void> {
    const later = (column: 'cut_at' | 'until', value: number) =>
      this.#queries
        .updateTable('cutoffs')
        .set({ [column]: value })
        .where('kind', '=', row.kind)
        .where('subject', '=', row.subject)
        .where(column, '<', value)
        .execute();
    await later('cut_at', cutAt);
    await later('until', until);
    await this.#queries
      .updateTable('cutoffs')
      .set({ seq: this.#seq })
      .where('kind', '=', row.kind)
      .where('subject', '=', row.subject)
      .execute();
  }
}

const ownerOf = { client: 'client_id', organization: 'organization_id' } as const;
