import { GuardError } from '@bindery/guard';
import { type CutoffList, type CutoffSource, cutoffsMaxStaleSeconds } from '@bindery/guard/issuer';
import type { ActionContext } from '../actions/context.ts';
import { type Cutoff, cutoffId } from '../domain/cutoff.ts';
import { readCutoffs } from '../store/cutoffs.ts';
import { type CutoffEntry, CutoffMemory } from './cutoff-memory.ts';
import { VersionedCache } from './versioned-cache.ts';

/** While the store does not answer, the last list serves for five minutes, as it does in guards elsewhere. */
const staleOptions = { staleMilliseconds: cutoffsMaxStaleSeconds * 1000 };
/**
 * Servers that share a PostgreSQL may decide on what they read up to a second ago, and their clocks differ: there a
 * cut-off counts for two more seconds. With SQLite the file itself tells of a change.
 */
const sharedStoreSeconds = 2;

/** The revocation list at a moment. What is added later shows in it too, but `list.seq` tells how far it is complete. */
export interface CutoffSnapshot {
  readonly list: CutoffList;
  /** The last second whose tokens are refused; undefined for what is not cut off. */
  lastSecondOf(cutoff: Cutoff): number | undefined;
  /** Whether something was cut off after the list had this number. */
  isCutAfter(cutoff: Cutoff, seq: number): boolean;
  /** The entries that came after a number. */
  entriesAfter(seq: number): readonly CutoffEntry[];
}

/** The revocation list in memory, as the store has it now. */
export class Cutoffs implements CutoffSource {
  readonly #context: ActionContext;
  readonly #cache: VersionedCache<'cutoffs', CutoffSnapshot>;
  readonly #memory: CutoffMemory;
  #loading: Promise<void> | undefined;

  constructor(context: ActionContext) {
    this.#context = context;
    const extraSeconds = context.database.clock === undefined ? 0 : sharedStoreSeconds;
    this.#memory = new CutoffMemory(context.config.publicUrl, extraSeconds);
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

  async #load(): Promise<void> {
    const { database, now } = this.#context;
    await this.#memory.load(await readCutoffs(database.queries), now());
  }

  /** Reads only what was added; most changes of the store add nothing. */
  async #read(known: CutoffSnapshot | undefined): Promise<CutoffSnapshot> {
    const { database, now } = this.#context;
    const memory = this.#memory;
    if (memory.seq < 0) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined;
      });
      await this.#loading;
    }
    memory.apply(await readCutoffs(database.queries, memory.seq), now());
    memory.dropExpired(now());
    if (known?.list.seq === memory.seq) {
      return known;
    }
    return {
      list: { seq: memory.seq, cutoffs: memory.cutoffs },
      lastSecondOf: (cutoff) => memory.find(cutoff.kind, cutoffId(cutoff))?.lastSecond,
      isCutAfter: (cutoff, seq) => (memory.find(cutoff.kind, cutoffId(cutoff))?.seq ?? -1) > seq,
      entriesAfter: (seq) => memory.entriesAfter(seq),
    };
  }
}

function requireSnapshot(snapshot: CutoffSnapshot | undefined): CutoffSnapshot {
  if (snapshot === undefined) {
    throw new GuardError('cutoffs_unavailable', 'the revocation list is unavailable');
  }
  return snapshot;
}
