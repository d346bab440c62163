import type { Actor, AuditEntry } from '../domain/audit-entry.ts';
import { hourOf } from '../domain/duration.ts';

/** Entries per door and subject in an hour; further refusals are counted only (decision 0008). */
const entriesPerSubjectAndHourMax = 1000;
/** Whoever is turned away without a known user shares one subject for each door. */
const nobody = 'nobody';

/** Where refusals go. */
export interface RefusalSinks {
  /** Writes an entry of its own. */
  readonly write: (entry: AuditEntry) => Promise<void>;
  /** Counts a refusal by hour, address and reason. */
  readonly count: (reason: string, origin: Pick<Actor, 'address' | 'userAgent' | 'requestId'>) => Promise<void>;
}

/** Records who was turned away at which door of the management API and why, so that no guess is silent and no disk fills. */
export class RefusalLog {
  readonly #sinks: RefusalSinks;
  #hour = 0;
  #entries = new Map<string, number>();

  constructor(sinks: RefusalSinks) {
    this.#sinks = sinks;
  }

  /** Resolves once the refusal is on disk, with an entry of its own or in the hourly counters. */
  async record(entry: AuditEntry & { readonly reason: string }): Promise<void> {
    const hour = hourOf(entry.at);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#entries = new Map();
    }
    const key = `${entry.action} ${entry.actor.id ?? nobody}`;
    const entries = this.#entries.get(key) ?? 0;
    if (entries >= entriesPerSubjectAndHourMax) {
      await this.#sinks.count(entry.reason, entry.actor);
      return;
    }
    this.#entries.set(key, entries + 1);
    await this.#sinks.write(entry);
  }
}
