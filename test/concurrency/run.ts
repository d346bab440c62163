import type { Bindery } from '../support/bindery.ts';
import { openSender, pick, seededRandom } from './http.ts';
import { type Family, tipOf, Violation } from './model.ts';
import type { ConcurrencyPeople } from './people.ts';
import { type ConcurrencyTally, TokenOperations } from './token-operations.ts';

export interface ConcurrencyOptions {
  /** Every server of the store; each request goes to one of them at random. */
  readonly binderies: readonly Pick<Bindery, 'url'>[];
  readonly people: ConcurrencyPeople;
  readonly operations: number;
  readonly seed: number;
  /** The servers' grace window, in which a used token returns its successor again. */
  readonly graceSeconds: number;
  readonly report?: (tally: ConcurrencyTally) => void;
}

const actors = 32;
const familiesAlive = 64;
/** Sign-ins at the same time: each takes a password hash, which is expensive. */
const signInsMax = 2;
const scopes = ['', 'public'] as const;

/** Lets clients refresh, revoke and introspect at random; throws the first violation, with the seed. */
export async function runConcurrency(options: ConcurrencyOptions): Promise<ConcurrencyTally> {
  const run = new ConcurrencyRun(options);
  try {
    return await run.run();
  } catch (error) {
    throw new Violation(`seed ${options.seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

class ConcurrencyRun {
  readonly #options: ConcurrencyOptions;
  readonly #sender = openSender(actors);
  readonly #grace: number;
  readonly #operations: TokenOperations;
  #families: Family[] = [];
  #signInsUnderWay = 0;
  #isBroken = false;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
    this.#grace = options.graceSeconds * 1000;
    this.#operations = new TokenOperations({
      people: options.people,
      binderies: options.binderies,
      sender: this.#sender,
      graceMilliseconds: this.#grace,
    });
  }

  async run(): Promise<ConcurrencyTally> {
    const random = seededRandom(this.#options.seed);
    try {
      await this.#signIn(random);
      const seeds = Array.from({ length: actors }, () => Math.floor(random() * 2 ** 32));
      await Promise.all(seeds.map((seed) => this.#act(seededRandom(seed))));
      for (const family of this.#families) {
        await this.#operations.checkAtRest(family, random);
      }
      return this.#operations.tally;
    } finally {
      this.#isBroken = true;
      this.#sender.close();
    }
  }

  /** One actor: one operation after another until the run is complete. */
  async #act(random: () => number): Promise<void> {
    while (this.#operations.tally.operations < this.#options.operations && !this.#isBroken) {
      this.#operations.tally.operations += 1;
      if (this.#operations.tally.operations % 10_000 === 0) {
        this.#options.report?.(this.#operations.tally);
      }
      try {
        await this.#operate(random);
      } catch (error) {
        this.#isBroken = true;
        throw error;
      }
    }
  }

  async #operate(random: () => number): Promise<void> {
    if (this.#families.length < familiesAlive && this.#signInsUnderWay < signInsMax) {
      await this.#signIn(random);
      return;
    }
    const family = pick(this.#families, random);
    if (family.deadBy !== undefined && family.probesAfterEnd > 20 && family.requestsUnderWay === 0) {
      this.#families = this.#families.filter((other) => other !== family);
      await this.#operations.checkAtRest(family, random);
      return;
    }
    if (random() < 0.001) {
      await this.#retryAfterWindow(random);
      return;
    }
    family.probesAfterEnd += Number(family.deadBy !== undefined);
    family.requestsUnderWay += 1;
    try {
      await this.#operateOn(family, random);
    } finally {
      family.requestsUnderWay -= 1;
    }
  }

  async #operateOn(family: Family, random: () => number): Promise<void> {
    const token = random() < 0.7 ? tipOf(family) : pick(family.tokens, random);
    const accessToken = pick(family.accessTokens, random);
    const chance = random();
    if (chance < 0.3) {
      await this.#operations.refresh(tipOf(family), '', random);
    } else if (chance < 0.36) {
      // The newest and the one before it, like a client that lost a response.
      await this.#operations.refresh(family.tokens.at(-2) ?? tipOf(family), '', random);
    } else if (chance < 0.362) {
      await this.#operations.refresh(token, pick(scopes, random), random);
    } else if (chance < 0.366) {
      const same = tipOf(family);
      await Promise.all(Array.from({ length: 8 }, () => this.#operations.refresh(same, '', random)));
    } else if (chance < 0.39) {
      await this.#operations.refreshWithUngrantedScope(token, random);
    } else if (chance < 0.42) {
      await this.#operations.refreshAsOther(token, random);
    } else if (chance < 0.424) {
      await this.#operations.revoke(token, random);
    } else if (chance < 0.45) {
      await this.#operations.revokeAsOther(token, accessToken, random);
    } else if (chance < 0.5) {
      await this.#operations.revokeAccess(accessToken, random);
    } else if (chance < 0.74) {
      await this.#operations.introspect(token, random);
    } else {
      await this.#operations.introspectAccess(accessToken, random);
    }
  }

  async #signIn(random: () => number): Promise<void> {
    this.#signInsUnderWay += 1;
    const family = await this.#operations.signIn(random);
    this.#signInsUnderWay -= 1;
    this.#families.push(family);
  }

  /** Takes an idle family, lets the window of its used token pass, and sends that token again. */
  async #retryAfterWindow(random: () => number): Promise<void> {
    const family = this.#families.find(
      ({ deadBy, requestsUnderWay, tokens }) =>
        deadBy === undefined &&
        requestsUnderWay === 0 &&
        tokens.at(-1)?.firstTriedAt === undefined &&
        tokens.at(-2)?.usedBy !== undefined,
    );
    const used = family?.tokens.at(-2);
    const usedBy = used?.usedBy;
    if (family === undefined || used === undefined || usedBy === undefined) {
      return;
    }
    this.#families = this.#families.filter((other) => other !== family);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, usedBy + this.#grace - Date.now() + 1)));
    await this.#operations.refresh(used, used.scopeUsed ?? '', random);
    this.#operations.tally.lateRetries += 1;
    await this.#operations.checkAtRest(family, random);
  }
}
