import type { CompiledQuery } from 'kysely';
import { hourOf } from '../domain/duration.ts';
import type { KnownClientDecision, UnknownRefusals } from '../domain/token-decision.ts';
import { toAuditRow } from './audit.ts';
import type { Database, Queries } from './database.ts';
import { postgresDecisionStatements } from './postgres/token-decisions.ts';
import type { AuditEntriesTable, ClientHoursTable, UnknownClientRefusalsTable } from './schema.ts';

/** A decision about a known client, as it is written. */
export interface ClientDecision extends KnownClientDecision {
  /** Whether it is only counted and gets no audit entry: a stranger who knows a client id must not fill the disk. */
  readonly isCountedOnly: boolean;
}

/** A change of the store by conditional statements; it may run again, and undefined means that it changed nothing. */
export type Change<Result = unknown> = (queries: Queries) => Promise<Result | undefined>;

/** A change and the decision that stands for it. */
export interface DecidedChange {
  readonly change: Change;
  readonly decision: ClientDecision;
  /** False if it touches only what no process caches. */
  readonly invalidatesCaches: boolean;
}

/** The rows that keep some decisions: entries, hourly counters, last uses of secrets, refusals of unknown clients. */
export interface DecisionRows {
  readonly entries: readonly AuditEntriesTable[];
  readonly counters: readonly ClientHoursTable[];
  readonly lastUses: readonly SecretUse[];
  readonly unknown: readonly UnknownClientRefusalsTable[];
}

/** When and from where a secret was used last. */
export interface SecretUse {
  readonly secret_id: string;
  readonly last_used_at: number;
  readonly last_used_address: string | null;
}

/** Turns decisions into the statements that keep them: one for each row, or on PostgreSQL one for all. */
export class TokenDecisionWriter {
  readonly #database: Database;
  readonly #statements: (rows: DecisionRows) => readonly CompiledQuery[];

  constructor(database: Database) {
    this.#database = database;
    this.#statements = database.kind === 'postgres' ? postgresDecisionStatements : statementsByRow(database);
  }

  /** Writes all of it in one transaction, or throws and writes nothing. */
  async write(decisions: readonly ClientDecision[], unknown: readonly UnknownRefusals[]): Promise<void> {
    await this.#database.runTogether(this.#statementsOf(decisions, unknown));
  }

  /**
   * As `write`, with changes in the same transaction. Answers what each came to; the decision about one that came to
   * undefined is not kept, for it changed nothing.
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

  /** How many addresses this hour has refusals of already, for the cap. */
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

/** What was asked for besides tokens and was done is in the trail, but counts as neither. */
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

const auditColumns = [
  'id',
  'at',
  'organization_id',
  'actor_type',
  'actor_id',
  'action',
  'target_type',
  'target_id',
  'outcome',
  'reason',
  'address',
  'user_agent',
  'request_id',
  'details',
] as const satisfies readonly (keyof AuditEntriesTable)[];

/** A compiled statement with other values; every template names its values in the order of its columns. */
function fill(template: CompiledQuery, parameters: readonly unknown[]): CompiledQuery {
  return { ...template, parameters };
}

function statementsByRow(database: Database): (rows: DecisionRows) => readonly CompiledQuery[] {
  const templates = compileTemplates(database);
  return ({ entries, counters, lastUses, unknown }) => [
    ...entries.map((row) =>
      fill(
        templates.entry,
        auditColumns.map((column) => row[column]),
      ),
    ),
    ...counters.map((row) =>
      fill(templates.counter, [row.client_id, row.hour, row.organization_id, row.issued, row.refused]),
    ),
    ...lastUses.map((use) =>
      fill(templates.lastUse, [use.last_used_at, use.last_used_address, use.secret_id, use.last_used_at]),
    ),
    ...unknown.map((row) => fill(templates.unknown, [row.hour, row.address, row.reason, row.refused, row.last_at])),
  ];
}

function compileTemplates({ queries }: Database) {
  // Values of no meaning: only the text of the statement is kept.
  const entry = Object.fromEntries(auditColumns.map((column) => [column, ''])) as unknown as AuditEntriesTable;
  return {
    entry: queries.insertInto('audit_entries').values(entry).compile(),
    counter: queries
      .insertInto('client_hours')
      .values({ client_id: '', hour: 0, organization_id: '', issued: 0, refused: 0 })
      .onConflict((conflict) =>
        conflict.columns(['client_id', 'hour']).doUpdateSet((expression) => ({
          issued: expression('client_hours.issued', '+', expression.ref('excluded.issued')),
          refused: expression('client_hours.refused', '+', expression.ref('excluded.refused')),
        })),
      )
      .compile(),
    unknown: queries
      .insertInto('unknown_client_refusals')
      .values({ hour: 0, address: '', reason: '', refused: 0, last_at: 0 })
      .onConflict((conflict) =>
        conflict.columns(['hour', 'address', 'reason']).doUpdateSet((expression) => ({
          refused: expression('unknown_client_refusals.refused', '+', expression.ref('excluded.refused')),
          last_at: expression.ref('excluded.last_at'),
        })),
      )
      .compile(),
    lastUse: queries
      .updateTable('client_secrets')
      .set({ last_used_at: 0, last_used_address: '' })
      .where('id', '=', '')
      .where((expression) =>
        // Only ever forward.
        expression.or([expression('last_used_at', 'is', null), expression('last_used_at', '<', 0)]),
      )
      .compile(),
  };
}
