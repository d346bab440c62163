import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CutoffKind, cutoffKinds, hashCutoff } from '@bindery/guard/issuer';
import type { StoredCutoff, StoredCutoffs } from '../store/cutoffs.ts';

/** An entry of the revocation list in memory. */
export interface CutoffEntry extends StoredCutoff {
  /** How guards know it. */
  readonly hash: string;
  /** The last second whose tokens are refused. */
  readonly lastSecond: number;
}

/** Entries that are loaded before other requests have their turn. */
const entriesPerTurn = 500;
/** Entries that expire within the same five seconds are dropped together. */
const endMilliseconds = 5000;

/**
 * The revocation list, kept up to date entry by entry: the work of a revocation does not depend on how many there are.
 * It is changed in place and only ever ahead of its number, so whoever holds it sees more, never less.
 */
export class CutoffMemory {
  /** By kind and hash, as guards read it. */
  readonly cutoffs = mapsByKind<number>();
  readonly #bySubject = mapsByKind<CutoffEntry>();
  readonly #byOwner = {
    client: new Map<string, Set<CutoffEntry>>(),
    organization: new Map<string, Set<CutoffEntry>>(),
  };
  readonly #byEnd = new Map<number, Set<CutoffEntry>>();
  /** In the order of their numbers; entries that were dropped stay until they are the larger part. */
  #log: CutoffEntry[] = [];
  #seq = -1;
  #droppedIn = -1;
  readonly #issuer: string;
  readonly #extraSeconds: number;

  /** An entry counts for `extraSeconds` more than its own second. */
  constructor(issuer: string, extraSeconds: number) {
    this.#issuer = issuer;
    this.#extraSeconds = extraSeconds;
  }

  /** The number of the list; -1 while nothing was read. */
  get seq(): number {
    return this.#seq;
  }

  get size(): number {
    return cutoffKinds.reduce((sum, kind) => sum + this.cutoffs[kind].size, 0);
  }

  /** Applies what the store had after some number, in the order of the numbers; what is known already changes nothing. */
  apply({ seq, entries }: StoredCutoffs, now: number): void {
    for (const entry of entries) {
      if (entry.seq > this.#seq && entry.until >= now) {
        this.#add(entry);
      }
    }
    this.#seq = Math.max(this.#seq, seq);
  }

  /** As `apply`, for the whole list before anybody uses it, in turns: hashing 40,000 ids takes a tenth of a second. */
  async load({ seq, entries }: StoredCutoffs, now: number): Promise<void> {
    for (let index = 0; index < entries.length; index += entriesPerTurn) {
      for (const entry of entries.slice(index, index + entriesPerTurn)) {
        if (entry.until >= now) {
          this.#add(entry);
        }
      }
      await nextTurn();
    }
    this.#seq = seq;
  }

  find(kind: CutoffKind, subject: string): CutoffEntry | undefined {
    return this.#bySubject[kind].get(subject);
  }

  /** The entries that came after a number. */
  entriesAfter(seq: number): readonly CutoffEntry[] {
    let from = 0;
    for (let to = this.#log.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((this.#log[middle]?.seq ?? 0) > seq) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return this.#log.slice(from).filter((entry) => this.#isListed(entry));
  }

  /** Drops what concerns no token any more. */
  dropExpired(now: number): void {
    const period = Math.floor(now / endMilliseconds);
    if (period === this.#droppedIn) {
      return;
    }
    this.#droppedIn = period;
    for (const [end, entries] of this.#byEnd) {
      if (end <= now) {
        for (const entry of entries) {
          this.#drop(entry);
        }
        this.#byEnd.delete(end);
      }
    }
    if (this.#log.length > 2 * this.size + 1000) {
      this.#log = this.#log.filter((entry) => this.#isListed(entry));
    }
  }

  #isListed(entry: CutoffEntry): boolean {
    return this.#bySubject[entry.kind].get(entry.subject) === entry;
  }

  #add(stored: StoredCutoff): void {
    const { kind, subject, clientId, organizationId } = stored;
    const before = this.#bySubject[kind].get(subject);
    if (before !== undefined) {
      this.#drop(before);
    }
    const entry = {
      ...stored,
      hash: before?.hash ?? hashCutoff(this.#issuer, kind, subject),
      lastSecond: Math.floor(stored.cutAt / 1000) + this.#extraSeconds,
    };
    this.#bySubject[kind].set(subject, entry);
    this.cutoffs[kind].set(entry.hash, entry.lastSecond);
    this.#log.push(entry);
    addTo(this.#byEnd, endOf(entry), entry);
    if (clientId !== null) {
      addTo(this.#byOwner.client, clientId, entry);
    }
    if (organizationId !== null) {
      addTo(this.#byOwner.organization, organizationId, entry);
    }
    if (kind === 'client' || kind === 'organization') {
      this.#dropCovered(this.#byOwner[kind].get(subject), entry);
    }
  }

  /** The store deletes them too, with the same comparison: tokens that they concern are refused all the same. */
  #dropCovered(entries: ReadonlySet<CutoffEntry> | undefined, cover: CutoffEntry): void {
    for (const entry of entries ?? []) {
      if (entry.cutAt <= cover.cutAt && entry.until <= cover.until) {
        this.#drop(entry);
      }
    }
  }

  #drop(entry: CutoffEntry): void {
    this.#bySubject[entry.kind].delete(entry.subject);
    this.cutoffs[entry.kind].delete(entry.hash);
    removeFrom(this.#byEnd, endOf(entry), entry);
    removeFrom(this.#byOwner.client, entry.clientId, entry);
    removeFrom(this.#byOwner.organization, entry.organizationId, entry);
  }
}

function mapsByKind<Value>(): Record<CutoffKind, Map<string, Value>> {
  return {
    organization: new Map(),
    client: new Map(),
    user: new Map(),
    member: new Map(),
    session: new Map(),
    token: new Map(),
  };
}

function endOf({ until }: CutoffEntry): number {
  return Math.ceil((until + 1) / endMilliseconds) * endMilliseconds;
}

function addTo<Key>(map: Map<Key, Set<CutoffEntry>>, key: Key, entry: CutoffEntry): void {
  const entries = map.get(key);
  if (entries === undefined) {
    map.set(key, new Set([entry]));
  } else {
    entries.add(entry);
  }
}

function removeFrom<Key>(map: Map<Key, Set<CutoffEntry>>, key: Key | null, entry: CutoffEntry): void {
  if (key === null) {
    return;
  }
  const entries = map.get(key);
  entries?.delete(entry);
  if (entries?.size === 0) {
    map.delete(key);
  }
}
