import type { CompiledQuery } from 'kysely';
import type { Queries } from '../database.ts';
import type { DecisionRows } from '../decision-rows.ts';
import type { AuditEntriesTable } from '../schema.ts';

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

/** A compiled statement with other values, in the order of its columns. */
function fill(template: CompiledQuery, parameters: readonly unknown[]): CompiledQuery {
  return { ...template, parameters };
}

/** One statement per row: they run in one synchronous transaction, so there is no round trip to save. */
export function sqliteDecisionStatements(queries: Queries): (rows: DecisionRows) => readonly CompiledQuery[] {
  const templates = compileTemplates(queries);
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

function compileTemplates(queries: Queries) {
  // The values have no meaning: only the text of the statement is used.
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
        // A use never moves back in time.
        expression.or([expression('last_used_at', 'is', null), expression('last_used_at', '<', 0)]),
      )
      .compile(),
  };
}
