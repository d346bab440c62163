import { ReadRefusedError } from './unavailable.ts';

/** How many may have a turn, and how many may wait for one. */
export interface TurnLimits {
  readonly atOnce: number;
  /** Of one party, so that nobody takes all places. */
  readonly atOncePerParty: number;
  readonly waitingPerParty: number;
  readonly waiting: number;
  /** A longer wait is refused. */
  readonly waitMilliseconds: number;
}

interface Waiting {
  readonly start: (end: () => void) => void;
  readonly timer: NodeJS.Timeout;
}

interface Party {
  running: number;
  readonly waiting: Set<Waiting>;
}

/** Shares a few places fairly: parties take turns, however much one of them asks for. */
export class Turns {
  readonly #limits: TurnLimits;
  /** In the order in which they are served next. */
  readonly #parties = new Map<string, Party>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Resolves to a function that ends the turn, once it has begun; rejects with a `ReadRefusedError`. */
  take(name: string): Promise<() => void> {
    const party = this.#parties.get(name) ?? { running: 0, waiting: new Set() };
    if (party.waiting.size >= this.#limits.waitingPerParty || this.#waiting >= this.#limits.waiting) {
      return Promise.reject(new ReadRefusedError('too many reads are waiting; try again in a few seconds'));
    }
    this.#parties.set(name, party);
    return new Promise((start, reject) => {
      const waiting: Waiting = {
        start,
        timer: setTimeout(() => {
          this.#leave(name, party, waiting);
          reject(new ReadRefusedError('the reads ahead of this one took too long; try again in a few seconds'));
        }, this.#limits.waitMilliseconds),
      };
      party.waiting.add(waiting);
      this.#waiting += 1;
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#running < this.#limits.atOnce) {
      const next = this.#next();
      if (next === undefined) {
        return;
      }
      const { name, party, waiting } = next;
      clearTimeout(waiting.timer);
      this.#running += 1;
      party.running += 1;
      // To the end of the queue.
      this.#parties.delete(name);
      this.#parties.set(name, party);
      this.#leave(name, party, waiting);
      waiting.start(() => this.#end(name, party));
    }
  }

  #next(): { readonly name: string; readonly party: Party; readonly waiting: Waiting } | undefined {
    for (const [name, party] of this.#parties) {
      const [waiting] = party.waiting;
      if (waiting !== undefined && party.running < this.#limits.atOncePerParty) {
        return { name, party, waiting };
      }
    }
    return undefined;
  }

  #end(name: string, party: Party): void {
    this.#running -= 1;
    party.running -= 1;
    this.#forgetIfIdle(name, party);
    this.#serve();
  }

  #leave(name: string, party: Party, waiting: Waiting): void {
    party.waiting.delete(waiting);
    this.#waiting -= 1;
    this.#forgetIfIdle(name, party);
  }

  #forgetIfIdle(name: string, party: Party): void {
    if (party.running === 0 && party.waiting.size === 0) {
      this.#parties.delete(name);
    }
  }
}
