import type { CompiledQuery } from 'kysely';
import { hourOf } from '../domain/duration.ts';
import type { KnownClientDecision, UnknownRefusals } from '../domain/token-decision.ts';
import { toAuditRow } from './audit.ts';
import type { Database, Queries } from './database.ts';
import type { DecisionRows, SecretUse } from './decision-rows.ts';
import { postgresDecisionStatements } from './postgres/token-decisions.ts';
import type { AuditEntriesTable, ClientHoursTable } from './schema.ts';
import { sqliteDecisionStatements } from './sqlite/token-decisions.ts';

/** A decision about a known client, as it is written. */
export interface ClientDecision extends KnownClientDecision {
  /** Whether it is only counted and gets no audit entry: a stranger who knows a client id must not fill the disk. */
  readonly isCountedOnly: boolean;
}

/** A change of the store by conditional statements; it may run more than once. Undefined: it changed nothing. */
export type Change<Result = unknown> = (queries: Queries) => Promise<Result | undefined>;

/** A change and the decision that records it. */
export interface DecidedChange {
  readonly change: Change;
  readonly decision: ClientDecision;
  /** False if it touches only what no process caches. */
  readonly invalidatesCaches: boolean;
}

/** Writes decisions: with one statement per row, or on PostgreSQL one for all rows. */
export class TokenDecisionWriter {
  readonly #database: Database;
  readonly #statements: (rows: DecisionRows) => readonly CompiledQuery[];

  constructor(database: Database) {
    this.#database = database;
    this.#statements =
      database.kind === 'postgres' ? postgresDecisionStatements : sqliteDecisionStatements(database.queries);
  }

  /** Writes all of it in one transaction, or throws and writes nothing. */
  async write(decisions: readonly ClientDecision[], unknown: readonly UnknownRefusals[]): Promise<void> {
    await this.#database.runTogether(this.#statementsOf(decisions, unknown));
  }

  /**
   * As `write`, with changes in the same transaction. Returns the result of each change; if that is undefined, the change
   * did nothing and its decision is not written.
   */
  async writeWithChanges(
    changes: readonly DecidedChange[],
    decisions: readonly ClientDecision[],
    unknown: readonly UnknownRefusals[],
  ): Promise<readonly unknown[]> {
    const invalidatesCaches = changes.some((one) => one.invalidatesCaches);
    const write = async (queries: Queries) => {
      const results: unknown[] = [];
      for (const { change } of changes) {
        results.push(await change(queries));
      }
      const done = changes.filter((_, index) => results[index] !== undefined).map(({ decision }) => decision);
      for (const statement of this.#statementsOf([...decisions, ...done], unknown)) {
        await queries.executeQuery(statement);
      }
      return results;
    };
    return this.#database.transaction(write, { invalidatesCaches });
  }

  #statementsOf(decisions: readonly ClientDecision[], unknown: readonly UnknownRefusals[]): readonly CompiledQuery[] {
    return this.#statements({
      entries: decisions.filter((decision) => !decision.isCountedOnly).map(toEntry),
      counters: toCounters(decisions),
      lastUses: toLastUses(decisions),
      unknown: unknown.map(({ lastAt, ...refusals }) => ({ ...refusals, last_at: lastAt })),
    });
  }

  /** How many addresses already have a counter for this hour, for the limit on them. */
  async addressesRefusedIn(hour: number): Promise<number> {
    const row = await this.#database.queries
      .selectFrom('unknown_client_refusals')
      .select((expression) => expression.fn.countAll().as('count'))
      .where('hour', '=', hour)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }
}

function toEntry(decision: ClientDecision): AuditEntriesTable {
  return toAuditRow({
    at: decision.at,
    actor: { type: 'client', id: decision.clientId, ...decision.origin },
    organizationId: decision.organizationId,
    action: decision.action ?? 'token.issue',
    target: { type: 'client', id: decision.clientId },
    outcome: decision.outcome,
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
    ...(decision.details === undefined ? {} : { details: decision.details }),
  });
}

/** What was done other than issuing tokens (`done`) is in the audit log, but in neither counter. */
function toCounters(decisions: readonly ClientDecision[]): ClientHoursTable[] {
  const counters = new Map<string, ClientHoursTable>();
  for (const { clientId, organizationId, at, outcome } of decisions) {
    if (outcome !== 'done') {
      const hour = hourOf(at);
      const key = `${clientId} ${hour}`;
      const row = counters.get(key) ?? {
        client_id: clientId,
        hour,
        organization_id: organizationId,
        issued: 0,
        refused: 0,
      };
      row[outcome] += 1;
      counters.set(key, row);
    }
  }
  return [...counters.values()];
}

function toLastUses(decisions: readonly ClientDecision[]): SecretUse[] {
  const last = new Map<string, SecretUse>();
  for (const { secretId, at, origin } of decisions) {
    if (secretId !== undefined) {
      last.set(secretId, { secret_id: secretId, last_used_at: at, last_used_address: origin.address });
    }
  }
  return [...last.values()];
}
