import { RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from './database.ts';

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Keys that one limiter remembers at most, in each of its two halves: about 20 MB if all limiters are full. */
const keysMax = 20_000;

/**
 * A rate limiter in memory, with a fixed window for each key and a bound on the number of keys. When it is full, the
 * oldest key is forgotten, but keys that used half of their points or more are kept apart from the others. So nobody can
 * reset a counter by trying many other keys once each: to push out one that is nearly used up takes as many others that
 * are, in the same window, and each of their attempts is counted against a network too.
 */
export class MemoryLimiter implements RateLimiter {
  readonly #points: number;
  readonly #milliseconds: number;
  readonly #keysMax: number;
  readonly #few = new Map<string, Window>();
  readonly #many = new Map<string, Window>();

  constructor(points: number, seconds: number, max = keysMax) {
    this.#points = points;
    this.#milliseconds = seconds * 1000;
    this.#keysMax = max;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#few.size + this.#many.size;
  }

  async consume(key: string, points: number): Promise<void> {
    const now = Date.now();
    const window = this.#find(key, now) ?? this.#start(key, now);
    window.count += points;
    if (window.count * 2 >= this.#points && this.#few.delete(key)) {
      this.#insert(this.#many, key, window, now);
    }
    if (window.count > this.#points) {
      throw new RateLimiterRes(0, window.endsAt - now, window.count, false);
    }
  }

  async reward(key: string, points: number): Promise<void> {
    const window = this.#find(key, Date.now());
    if (window !== undefined) {
      window.count -= points;
    }
  }

  #find(key: string, now: number): Window | undefined {
    const window = this.#many.get(key) ?? this.#few.get(key);
    if (window === undefined || window.endsAt > now) {
      return window;
    }
    this.#many.delete(key);
    this.#few.delete(key);
    return undefined;
  }

  #start(key: string, now: number): Window {
    const window = { count: 0, endsAt: now + this.#milliseconds };
    this.#insert(this.#few, key, window, now);
    return window;
  }

  /** Inserts at the end, after removing from the front what is over, or else the oldest if there is no room. */
  #insert(windows: Map<string, Window>, key: string, window: Window, now: number): void {
    for (const [oldest, { endsAt }] of windows) {
      if (endsAt > now && windows.size < this.#keysMax) {
        break;
      }
      windows.delete(oldest);
    }
    windows.set(key, window);
  }
}
