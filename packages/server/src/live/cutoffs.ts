import { setTimeout as wait } from 'node:timers/promises';
import {
  type CutoffKind,
  type CutoffList,
  type CutoffSource,
  createCutoffList,
  cutoffKinds,
  GuardError,
  hashCutoff,
} from '@bindery/guard';
import type { ActionContext } from '../actions/context.ts';
import { type Cut, cutId } from '../domain/cutoff.ts';
import { readCutoffSeq, readCutoffs, type StoredCutoffs } from '../store/cutoffs.ts';
import { isStoreUnavailable } from '../store/unavailable.ts';

/** So long the last list serves while the store does not answer, as with a guard elsewhere. */
const staleMilliseconds = 300_000;
/** How long a look waits for the store, when there is a list already. */
const refreshMilliseconds = 500;
/**
 * Servers that share a PostgreSQL may decide on what they read up to a second ago, and their clocks differ: there a
 * cut counts for two seconds more. With SQLite the file itself tells of a change.
 */
const sharedStoreSeconds = 2;

/** The list at a moment: as guards are shown it, and by the ids themselves. */
export interface CutoffLook {
  readonly list: CutoffList;
  /** The last second whose tokens are refused; undefined for what is not cut off. */
  lastSecondOf(cut: Cut): number | undefined;
  /** When the first entry concerns no token any more (epoch milliseconds). */
  readonly endsAt: number;
}

/** What is cut off, in memory, as the store has it at this moment. */
export class Cutoffs implements CutoffSource {
  readonly #context: ActionContext;
  #look: CutoffLook | undefined;
  #version = Number.NEGATIVE_INFINITY;
  #checkedAt = 0;
  #refreshing: { readonly version: number; readonly done: Promise<void> } | undefined;

  constructor(context: ActionContext) {
    this.#context = context;
  }

  /** For guards in this process. */
  current(): CutoffList | Promise<CutoffList> {
    const look = this.look();
    return look instanceof Promise ? look.then(({ list }) => list) : look.list;
  }

  /** The list; a promise only where the store has changed, or may have, since the last look. */
  look(): CutoffLook | Promise<CutoffLook> {
    if (this.#look !== undefined && this.#context.database.dataVersion() === this.#version) {
      return this.#look;
    }
    return this.#lookAgain();
  }

  async #lookAgain(): Promise<CutoffLook> {
    const refreshed = this.#refresh();
    if (this.#look === undefined) {
      await refreshed;
    } else {
      // A store that hangs is not waited for: what is known is still good for a while.
      await Promise.race([refreshed.catch(ignoreUnavailable), wait(refreshMilliseconds, undefined, { ref: false })]);
    }
    if (this.#look === undefined || this.#context.now() - this.#checkedAt > staleMilliseconds) {
      throw new GuardError('cutoffs_unavailable', 'what was cut off cannot be known at the moment');
    }
    return this.#look;
  }

  /** Those that see the same change wait for one reading of it. */
  #refresh(): Promise<void> {
    const version = this.#context.database.dataVersion();
    if (this.#refreshing?.version !== version) {
      const done = this.#read(version).finally(() => {
        if (this.#refreshing?.done === done) {
          this.#refreshing = undefined;
        }
      });
      this.#refreshing = { version, done };
    }
    return this.#refreshing.done;
  }

  async #read(version: number): Promise<void> {
    const { database, now } = this.#context;
    const at = now();
    // Most changes are no cuts: the number tells.
    const known = this.#look;
    if (known === undefined || known.endsAt < at || (await readCutoffSeq(database.queries)) !== known.list.seq) {
      const stored = await readCutoffs(database.queries);
      // What was asked for earlier may be answered later, and is older then.
      if (this.#look === undefined || stored.seq >= this.#look.list.seq) {
        this.#look = this.#toLook(stored, at);
      }
    }
    this.#version = Math.max(this.#version, version);
    this.#checkedAt = Math.max(this.#checkedAt, at);
  }

  #toLook({ seq, entries }: StoredCutoffs, now: number): CutoffLook {
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
      lastSecondOf: (cut) => seconds[cut.kind].get(cutId(cut)),
      endsAt: live.reduce((first, { until }) => Math.min(first, until), Number.POSITIVE_INFINITY),
    };
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!isStoreUnavailable(error)) {
    throw error;
  }
}
