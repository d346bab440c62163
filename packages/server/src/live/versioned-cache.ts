import { setTimeout as wait } from 'node:timers/promises';
import { isStoreUnavailable } from '../store/unavailable.ts';

/** What a cache reads, and how it knows that something has changed. */
export interface VersionedCacheOptions<Key, Value> {
  /** Differs from the last one if the store has, or may have, changed; never decreases. */
  readonly version: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Reads a value. It may return `known` if that is still current; undefined is never kept. */
  readonly read: (key: Key, known: Value | undefined) => Value | Promise<Value>;
  /** Whether a value that was just read is older than the known one; by default, if its reading began earlier. */
  readonly isOlder?: (value: Value, known: Value) => boolean;
  /** How many values are kept; further ones are read each time. */
  readonly entriesMax: number;
}

/** How an old value serves while the store does not answer. */
export interface StaleOptions {
  /** For how long, since it was last known to be current. */
  readonly staleMilliseconds: number;
  /** How long a request waits for the store before it gets the old value; 500 by default. */
  readonly waitMilliseconds?: number;
}

interface Reading {
  /** Readings are numbered in the order in which they began. */
  readonly number: number;
  /** The version when the reading began: what it finds is at least as new. */
  readonly version: number;
  readonly at: number;
}

interface Entry<Value> extends Reading {
  readonly value: Value;
}

/**
 * Values read from the store and kept in memory until it changes. A hit returns at once, without a promise. Requests
 * that see the same change wait for one reading of it, and an older reading never overwrites a newer one.
 */
export class VersionedCache<Key, Value> {
  readonly #options: VersionedCacheOptions<Key, Value>;
  readonly #entries = new Map<Key, Entry<Value>>();
  readonly #pending = new Map<Key, { readonly version: number; readonly done: Promise<Value> }>();
  #readings = 0;
  #evictedAt = Number.NEGATIVE_INFINITY;

  constructor(options: VersionedCacheOptions<Key, Value>) {
    this.#options = options;
  }

  /** The current value. Rejects if the store has changed and does not answer. */
  get(key: Key): Value | Promise<Value> {
    const version = this.#options.version();
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.version === version) {
      return entry.value;
    }
    const pending = this.#pending.get(key);
    return pending?.version === version ? pending.done : this.#read(key, version);
  }

  /** As `get`, but while the store does not answer the known value serves; undefined if that is too old. */
  getOrStale(key: Key, options: StaleOptions): Value | undefined | Promise<Value | undefined> {
    const value = this.get(key);
    return value instanceof Promise && this.#entries.has(key) ? this.#waitBriefly(key, value, options) : value;
  }

  /** Reads a value, whether the store has changed or not. */
  async refresh(key: Key): Promise<Value> {
    return this.#read(key, this.#options.version());
  }

  async #waitBriefly(key: Key, reading: Promise<Value>, options: StaleOptions): Promise<Value | undefined> {
    const { staleMilliseconds, waitMilliseconds = 500 } = options;
    await Promise.race([reading.catch(ignoreUnavailable), wait(waitMilliseconds, undefined, { ref: false })]);
    const entry = this.#entries.get(key);
    const isUsable = entry !== undefined && this.#options.now() - entry.at <= staleMilliseconds;
    return isUsable ? entry.value : undefined;
  }

  #read(key: Key, version: number): Value | Promise<Value> {
    this.#readings += 1;
    const reading = { number: this.#readings, version, at: this.#options.now() };
    const value = this.#options.read(key, this.#entries.get(key)?.value);
    if (!(value instanceof Promise)) {
      return this.#keep(key, value, reading);
    }
    const done = value
      .then((found) => this.#keep(key, found, reading))
      .finally(() => {
        if (this.#pending.get(key)?.done === done) {
          this.#pending.delete(key);
        }
      });
    this.#pending.set(key, { version, done });
    return done;
  }

  /** Keeps what was read, unless it is older than what is known; returns the newer of the two. */
  #keep(key: Key, value: Value, reading: Reading): Value {
    const known = this.#entries.get(key);
    if (known === undefined) {
      if (value !== undefined && this.#hasRoom(reading.version)) {
        this.#entries.set(key, { ...reading, value });
      }
      return value;
    }
    const newest = this.#isOlder(value, reading, known) ? known.value : value;
    if (newest === undefined) {
      this.#entries.delete(key);
    } else {
      // The newer of two values is current for the later of both readings.
      this.#entries.set(key, { ...latestOf(known, reading), value: newest });
    }
    return newest;
  }

  #isOlder(value: Value, reading: Reading, known: Entry<Value>): boolean {
    const { isOlder } = this.#options;
    return isOlder === undefined ? reading.number < known.number : isOlder(value, known.value);
  }

  /** Values of earlier versions make room, at most once per version. */
  #hasRoom(version: number): boolean {
    const { entriesMax } = this.#options;
    if (this.#entries.size >= entriesMax && this.#evictedAt < version) {
      this.#evictedAt = version;
      for (const [key, entry] of this.#entries) {
        if (entry.version < version) {
          this.#entries.delete(key);
        }
      }
    }
    return this.#entries.size < entriesMax;
  }
}

function latestOf(one: Reading, other: Reading): Reading {
  return {
    number: Math.max(one.number, other.number),
    version: Math.max(one.version, other.version),
    at: Math.max(one.at, other.at),
  };
}

function ignoreUnavailable(error: unknown): void {
  if (!isStoreUnavailable(error)) {
    throw error;
  }
}
