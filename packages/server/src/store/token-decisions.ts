import type { CompiledQuery } from 'kysely';
import { type Actor, toAuditRow } from './audit.ts';
import type { Database } from './database.ts';
import type { AuditEntriesTable } from './schema.ts';

/** What the token endpoint decided about one request whose client is known. */
export interface ClientDecision {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly outcome: 'issued' | 'refused';
  /** The true reason of a refusal. */
  readonly reason?: string;
  readonly clientId: string;
  readonly organizationId: string;
  /** The secret that was used, when it was the right one. */
  readonly secretId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly origin: Pick<Actor, 'address' | 'userAgent' | 'requestId'>;
  /** Whether it gets an entry of its own, or only counts: a stranger who knows a client id must not fill the disk. */
  readonly isCountedOnly: boolean;
}

/** Refusals of requests whose client is not known, added up. */
export interface UnknownRefusals {
  readonly hour: number;
  readonly address: string;
  readonly reason: string;
  readonly refused: number;
  readonly lastAt: number;
}

const hourMilliseconds = 3_600_000;

/** The hour that a moment lies in, as the epoch milliseconds of its beginning. */
export function hourOf(at: number): number {
  return at - (at % hourMilliseconds);
}

/** Turns decisions into the statements that keep them: entries, hourly counters, last uses. Compiled once. */
export class TokenDecisionWriter {
  readonly #database: Database;
  readonly #templates: ReturnType<typeof compileTemplates>;

  constructor(database: Database) {
    this.#database = database;
    this.#templates = compileTemplates(database);
  }

  /** Writes all of it in one transaction, or throws and writes nothing. */
  async write(decisions: readonly ClientDecision[], unknown: readonly UnknownRefusals[]): Promise<void> {
    await this.#database.runTogether([
      ...this.#entries(decisions),
      ...this.#counters(decisions),
      ...this.#lastUses(decisions),
      ...unknown.map((refusals) =>
        fill(this.#templates.unknown, [
          refusals.hour,
          refusals.address,
          refusals.reason,
          refusals.refused,
          refusals.lastAt,
        ]),
      ),
    ]);
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

  #entries(decisions: readonly ClientDecision[]): CompiledQuery[] {
    return decisions
      .filter((decision) => !decision.isCountedOnly)
      .map((decision) => {
        const row = toAuditRow({
          at: decision.at,
          actor: { type: 'client', id: decision.clientId, ...decision.origin },
          organizationId: decision.organizationId,
          action: 'token.issue',
          target: { type: 'client', id: decision.clientId },
          outcome: decision.outcome,
          ...(decision.reason === undefined ? {} : { reason: decision.reason }),
          ...(decision.details === undefined ? {} : { details: decision.details }),
        });
        return fill(
          this.#templates.entry,
          auditColumns.map((column) => row[column]),
        );
      });
  }

  #counters(decisions: readonly ClientDecision[]): CompiledQuery[] {
    const counters = new Map<string, [string, number, string, number, number]>();
    for (const { clientId, organizationId, at, outcome } of decisions) {
      const hour = hourOf(at);
      const counter = counters.get(`${clientId} ${hour}`) ?? [clientId, hour, organizationId, 0, 0];
      counter[outcome === 'issued' ? 3 : 4] += 1;
      counters.set(`${clientId} ${hour}`, counter);
    }
    return [...counters.values()].map((counter) => fill(this.#templates.counter, counter));
  }

  #lastUses(decisions: readonly ClientDecision[]): CompiledQuery[] {
    const last = new Map<string, ClientDecision>();
    for (const decision of decisions) {
      if (decision.secretId !== undefined) {
        last.set(decision.secretId, decision);
      }
    }
    return [...last].map(([secretId, { at, origin }]) =>
      fill(this.#templates.lastUse, [at, origin.address, secretId, at]),
    );
  }
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
