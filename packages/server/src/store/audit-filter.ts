import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { AuditEntry } from '../domain/audit-entry.ts';
import { isClientId, timeOrderedPrefix } from '../domain/identifier.ts';
import type { Schema } from './schema.ts';

/** Which entries to read. */
export interface AuditFilter {
  readonly organizationId?: string;
  readonly targetId?: string;
  readonly actorId?: string;
  readonly action?: string;
  readonly outcome?: AuditEntry['outcome'];
  /** Leaves out what clients did at the OAuth endpoints, which is most of it. */
  readonly withoutTokens?: true;
  /** Epoch milliseconds, inclusive. */
  readonly from?: number;
  /** Epoch milliseconds, exclusive. */
  readonly to?: number;
  /** Continues after the entry with this id. */
  readonly before?: string;
  readonly limit: number;
}

type InEntries = ExpressionBuilder<Schema, 'audit_entries'>;
type Column = 'organization_id' | 'target_id' | 'actor_id' | 'action' | 'outcome';

/** The conditions that partial indexes have; with literals, for a planner cannot compare a parameter. */
const partial = {
  byPeople: sql<boolean>`audit_entries.actor_type != 'client'`,
  notIssue: sql<boolean>`audit_entries.action != 'token.issue'`,
  notIssued: sql<boolean>`audit_entries.outcome != 'issued'`,
} as const;

/** Which columns are looked up in an index, with what condition it has; the others are compared row by row. */
interface Plan {
  readonly indexed: readonly Column[];
  readonly condition?: keyof typeof partial;
}

/**
 * The filter as conditions that leave a planner one index to take, the narrowest: what it could guess, from statistics
 * that one database lacks, would be wrong for the tenant that differs from the others. All indexes end with the id,
 * in whose order entries are read.
 */
export function auditConditions(filter: AuditFilter, expression: InEntries): Expression<SqlBool> {
  const equal = equalities(filter);
  const { indexed, condition } = planFor(filter);
  // Ids sort by time: a moment is as good as an id.
  const below = [filter.before, filter.to === undefined ? undefined : timeOrderedPrefix(filter.to)];
  return expression.and([
    ...[...equal].map(([column, value]) =>
      indexed.includes(column)
        ? expression(column, '=', value)
        : expression(expression.fn.coalesce(column, sql.lit('')), '=', value),
    ),
    ...below.flatMap((id) => (id === undefined ? [] : [expression('id', '<', id)])),
    ...(filter.from === undefined ? [] : [expression('id', '>=', timeOrderedPrefix(filter.from))]),
    ...(filter.withoutTokens === true && condition !== 'byPeople' ? [partial.byPeople] : []),
    ...(condition === undefined ? [] : [partial[condition]]),
  ]);
}

function equalities(filter: AuditFilter): ReadonlyMap<Column, string> {
  // What a client did is about itself.
  const targetId = filter.targetId ?? (isClientId(filter.actorId ?? '') ? filter.actorId : undefined);
  const given = [
    ['organization_id', filter.organizationId],
    ['target_id', targetId],
    ['actor_id', filter.actorId],
    ['action', filter.action],
    ['outcome', filter.outcome],
  ] as const;
  return new Map(given.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const])));
}

function planFor(filter: AuditFilter): Plan {
  const given = equalities(filter);
  const organization: readonly Column[] = given.has('organization_id') ? ['organization_id'] : [];
  const isQuietOutcome = filter.outcome !== undefined && filter.outcome !== 'issued';
  if (given.has('target_id')) {
    if (isQuietOutcome) {
      return { indexed: ['target_id', 'outcome'], condition: 'notIssued' };
    }
    return { indexed: ['target_id'], ...(filter.withoutTokens ? { condition: 'byPeople' } : {}) };
  }
  if (given.has('actor_id')) {
    return { indexed: [...organization, 'actor_id'], condition: 'byPeople' };
  }
  if (given.has('action') && organization.length > 0 && filter.withoutTokens) {
    return { indexed: [...organization, 'action'], condition: 'byPeople' };
  }
  if (given.has('action') && filter.action !== 'token.issue') {
    return { indexed: [...organization, 'action'], condition: 'notIssue' };
  }
  if (isQuietOutcome) {
    return { indexed: [...organization, 'outcome'], condition: 'notIssued' };
  }
  return { indexed: organization, ...(filter.withoutTokens ? { condition: 'byPeople' } : {}) };
}
