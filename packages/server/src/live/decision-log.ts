import { hourOf } from '../domain/duration.ts';
import type { Decision, KnownClientDecision, UnknownClientRefusal } from '../domain/token-decision.ts';
import type { Change, ClientDecision, DecidedChange, TokenDecisionWriter } from '../store/token-decisions.ts';
import { isStoreUnavailable } from '../store/unavailable.ts';

interface Waiting {
  readonly decision: Decision;
  readonly change?: Change;
  readonly invalidatesCaches?: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Most audit entries for one client's refusals per hour; further ones are only counted. */
const entriesPerClientAndHourMax = 1000;
/** Most addresses with a counter of their own per hour; the others share one. */
const addressesPerHourMax = 1000;
/** Most decisions in one transaction, so that it stays short. */
const batchMax = 256;

/**
 * Commits the decisions of concurrent requests together (group commit): each request waits for the write that records
 * its decision, so no token is sent without its entry, and one disk write serves many requests.
 */
export class DecisionLog {
  readonly #writer: TokenDecisionWriter;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #hour = 0;
  #addresses = new Set<string>();
  #addressesBefore = 0;
  #refusals = new Map<string, number>();

  constructor(writer: TokenDecisionWriter) {
    this.#writer = writer;
  }

  /** Resolves once the decision is on disk; rejects if it could not be recorded, and then nothing of it was. */
  async record(decision: Decision): Promise<void> {
    await new Promise((resolve, reject) => this.#add({ decision, resolve, reject }));
  }

  /**
   * Makes a change and records its decision in one transaction. Resolves to the change's result once it is on disk; to
   * undefined if it changed nothing, and then nothing is recorded. `invalidatesCaches` is false for a change of what no
   * process caches.
   */
  recordChange<Result>(
    decision: KnownClientDecision,
    change: Change<Result>,
    { invalidatesCaches }: { readonly invalidatesCaches: boolean },
  ): Promise<Result | undefined> {
    return new Promise((resolve, reject) =>
      // The result is that of this change.
      this.#add({
        decision,
        change,
        invalidatesCaches,
        resolve: (result) => resolve(result as Result | undefined),
        reject,
      }),
    );
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (!this.#isWriting) {
      this.#isWriting = true;
      // After the other requests of this turn of the event loop.
      setImmediate(() => void this.#writeAll());
    }
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#writeBatch(this.#waiting.splice(0, batchMax));
    }
    this.#isWriting = false;
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#write(batch);
      for (const waiting of batch) {
        waiting.resolve(results.get(waiting));
      }
    } catch (error) {
      if (batch.length > 1 && batch.some(({ change }) => change !== undefined) && !isStoreUnavailable(error)) {
        // One change is at fault (its client was just deleted, for example); the others must not fail with it.
        for (const waiting of batch) {
          await this.#writeBatch([waiting]);
        }
        return;
      }
      // If the store does not answer, the requests in the queue have waited long enough: they do not try one by one.
      const failed = isStoreUnavailable(error) ? [...batch, ...this.#waiting.splice(0)] : batch;
      for (const { reject } of failed) {
        reject(error);
      }
    }
  }

  async #write(batch: readonly Waiting[]): Promise<ReadonlyMap<Waiting, unknown>> {
    const decisions: ClientDecision[] = [];
    const unknown = new UnknownTally();
    const changes = new Map<Waiting, DecidedChange>();
    for (const waiting of batch) {
      const { decision, change, invalidatesCaches = true } = waiting;
      await this.#turnTo(hourOf(decision.at));
      if (decision.clientId === undefined) {
        unknown.add(this.#counterOf(decision.origin.address ?? ''), decision);
      } else if (change === undefined) {
        decisions.push({ ...decision, isCountedOnly: this.#isCountedOnly(decision) });
      } else {
        changes.set(waiting, { change, invalidatesCaches, decision: { ...decision, isCountedOnly: false } });
      }
    }
    if (changes.size === 0) {
      await this.#writer.write(decisions, unknown.rows());
      return new Map();
    }
    const results = await this.#writer.writeWithChanges([...changes.values()], decisions, unknown.rows());
    return new Map([...changes.keys()].map((waiting, index) => [waiting, results[index]]));
  }

  async #turnTo(hour: number): Promise<void> {
    if (hour === this.#hour) {
      return;
    }
    this.#addressesBefore = await this.#writer.addressesRefusedIn(hour);
    this.#addresses = new Set();
    this.#refusals = new Map();
    this.#hour = hour;
  }

  #counterOf(address: string): string {
    if (!this.#addresses.has(address)) {
      if (this.#addressesBefore + this.#addresses.size >= addressesPerHourMax) {
        return 'others';
      }
      this.#addresses.add(address);
    }
    return address;
  }

  #isCountedOnly({ clientId, outcome }: KnownClientDecision): boolean {
    if (outcome !== 'refused') {
      return false;
    }
    const refusals = (this.#refusals.get(clientId) ?? 0) + 1;
    this.#refusals.set(clientId, refusals);
    return refusals > entriesPerClientAndHourMax;
  }
}

/** Adds up the refusals of one batch. */
class UnknownTally {
  readonly #rows = new Map<
    string,
    { hour: number; address: string; reason: string; refused: number; lastAt: number }
  >();

  add(address: string, { at, reason }: UnknownClientRefusal): void {
    const hour = hourOf(at);
    const key = `${hour} ${address} ${reason}`;
    const row = this.#rows.get(key) ?? { hour, address, reason, refused: 0, lastAt: at };
    this.#rows.set(key, { ...row, refused: row.refused + 1, lastAt: at });
  }

  rows() {
    return [...this.#rows.values()];
  }
}
