import { GuardError } from '@bindery/guard';
import {
  type CutoffKind,
  type CutoffList,
  type CutoffSource,
  createCutoffList,
  cutoffKinds,
  cutoffsMaxStaleSeconds,
  hashCutoff,
} from '@bindery/guard/issuer';
import type { ActionContext } from '../actions/context.ts';
import { type Cutoff, cutoffId } from '../domain/cutoff.ts';
import { readCutoffSeq, readCutoffs, type StoredCutoffs } from '../store/cutoffs.ts';
import { VersionedCache } from './versioned-cache.ts';

/** While the store does not answer, the last list serves for five minutes, as it does in guards elsewhere. */
const staleOptions = { staleMilliseconds: cutoffsMaxStaleSeconds * 1000 };
/**
 * Servers that share a PostgreSQL may decide on what they read up to a second ago, and their clocks differ: there a
 * cut-off counts for two more seconds. With SQLite the file itself tells of a change.
 */
const sharedStoreSeconds = 2;

/** The revocation list at a moment: as guards see it, and by the ids themselves. */
export interface CutoffSnapshot {
  readonly list: CutoffList;
  /** The last second whose tokens are refused; undefined for what is not cut off. */
  lastSecondOf(cutoff: Cutoff): number | undefined;
  /** When the first entry concerns no token any more (epoch milliseconds). */
  readonly endsAt: number;
}

/** The revocation list in memory, as the store has it now. */
export class Cutoffs implements CutoffSource {
  readonly #context: ActionContext;
  readonly #cache: VersionedCache<'cutoffs', CutoffSnapshot>;

  constructor(context: ActionContext) {
    this.#context = context;
    this.#cache = new VersionedCache({
      version: () => context.database.dataVersion(),
      now: context.now,
      read: (_key, known) => this.#read(known),
      isOlder: (snapshot, known) => snapshot.list.seq < known.list.seq,
      entriesMax: 1,
    });
  }

  /** For guards in this process. */
  current(): CutoffList | Promise<CutoffList> {
    const snapshot = this.snapshot();
    return snapshot instanceof Promise ? snapshot.then(({ list }) => list) : snapshot.list;
  }

  /**
   * The list; a promise only if the store has changed, or may have, since the last call. Throws `cutoffs_unavailable`
   * if the store has not answered for five minutes.
   */
  snapshot(): CutoffSnapshot | Promise<CutoffSnapshot> {
    const snapshot = this.#cache.getOrStale('cutoffs', staleOptions);
    return snapshot instanceof Promise ? snapshot.then(requireSnapshot) : requireSnapshot(snapshot);
  }

  async #read(known: CutoffSnapshot | undefined): Promise<CutoffSnapshot> {
    const { database, now } = this.#context;
    const at = now();
    // Most changes of the store cut nothing off: the sequence number tells.
    const isCurrent =
      known !== undefined && known.endsAt >= at && (await readCutoffSeq(database.queries)) === known.list.seq;
    return isCurrent ? known : this.#toSnapshot(await readCutoffs(database.queries), at);
  }

  #toSnapshot({ seq, entries }: StoredCutoffs, now: number): CutoffSnapshot {
    const { config, database } = this.#context;
    const more = database.clock === undefined ? 0 : sharedStoreSeconds;
    const seconds: Record<CutoffKind, Map<string, number>> = {
      organization: new Map(),
      client: new Map(),
      user: new Map(),
      member: new Map(),
      session: new Map(),
      token: new Map(),
    };
    const live = entries.filter(({ until }) => until >= now);
    for (const { kind, subject, cutAt } of live) {
      const last = Math.floor(cutAt / 1000) + more;
      seconds[kind].set(subject, Math.max(last, seconds[kind].get(subject) ?? 0));
    }
    const hashed = cutoffKinds.map((kind) => {
      const hash = (id: string) => hashCutoff(config.publicUrl, kind, id);
      return [kind, [...seconds[kind]].map(([id, last]) => [hash(id), last] as const)] as const;
    });
    return {
      list: createCutoffList(seq, Object.fromEntries(hashed)),
      lastSecondOf: (cutoff) => seconds[cutoff.kind].get(cutoffId(cutoff)),
      endsAt: live.reduce((first, { until }) => Math.min(first, until), Number.POSITIVE_INFINITY),
    };
  }
}

function requireSnapshot(snapshot: CutoffSnapshot | undefined): CutoffSnapshot {
  if (snapshot === undefined) {
    throw new GuardError('cutoffs_unavailable', 'the revocation list is unavailable');
  }
  return snapshot;
}
