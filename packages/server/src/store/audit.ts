import type { Actor, AuditEntry, AuditRecord } from '../domain/audit-entry.ts';
import { newTimeOrderedId, timeOrderedPrefix } from '../domain/identifier.ts';
import { userAgentLengthMax } from '../domain/limits.ts';
import { type AuditFilter, auditConditions } from './audit-filter.ts';
import type { Queries } from './database.ts';
import type { AuditEntriesTable } from './schema.ts';

/** Writes an entry; call it in the transaction of the change that it records. */
export async function insertAuditEntry(queries: Queries, entry: AuditEntry): Promise<void> {
  await queries.insertInto('audit_entries').values(toAuditRow(entry)).execute();
}

export function toAuditRow(entry: AuditEntry): AuditEntriesTable {
  return {
    id: newTimeOrderedId(entry.at),
    at: entry.at,
    organization_id: entry.organizationId,
    actor_type: entry.actor.type,
    actor_id: entry.actor.id,
    action: entry.action,
    target_type: entry.target?.type ?? null,
    target_id: entry.target?.id ?? null,
    outcome: entry.outcome,
    reason: entry.reason ?? null,
    address: entry.actor.address,
    user_agent: entry.actor.userAgent?.slice(0, userAgentLengthMax) ?? null,
    request_id: entry.actor.requestId,
    details: entry.details === undefined ? null : JSON.stringify(entry.details),
  };
}

/** The newest entries first. */
export async function listAuditEntries(queries: Queries, filter: AuditFilter): Promise<readonly AuditRecord[]> {
  const rows = await queries
    .selectFrom('audit_entries')
    .selectAll()
    .where((expression) => auditConditions(filter, expression))
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute();
  return rows.map(toAuditRecord);
}

/** The names of the users, clients and organizations that entries mention; deleted ones have none. */
export async function namesOf(queries: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) {
    return new Map();
  }
  const users = await queries.selectFrom('users').select(['id', 'email']).where('id', 'in', ids).execute();
  const clients = await queries.selectFrom('api_clients').select(['id', 'name']).where('id', 'in', ids).execute();
  const organizations = await queries
    .selectFrom('organizations')
    .select(['id', 'name'])
    .where('id', 'in', ids)
    .execute();
  return new Map([
    ...users.map(({ id, email }) => [id, email] as const),
    ...[...clients, ...organizations].map(({ id, name }) => [id, name] as const),
  ]);
}

/** The last four characters of the secrets that entries mention. */
export async function lastFoursOf(
  queries: Queries,
  secretIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (secretIds.length === 0) {
    return new Map();
  }
  const rows = await queries
    .selectFrom('client_secrets')
    .select(['id', 'last_four'])
    .where('id', 'in', secretIds)
    .execute();
  return new Map(rows.map((row) => [row.id, row.last_four]));
}

/** Deletes up to `limit` of the oldest entries from before a moment; returns how many. */
export async function pruneAuditEntries(queries: Queries, before: number, limit: number): Promise<number> {
  const oldest = queries
    .selectFrom('audit_entries')
    .select('id')
    .where('id', '<', timeOrderedPrefix(before))
    .orderBy('id')
    .limit(limit);
  const removed = await queries.deleteFrom('audit_entries').where('id', 'in', oldest).executeTakeFirst();
  return Number(removed.numDeletedRows);
}

function toAuditRecord(row: AuditEntriesTable): AuditRecord {
  return {
    id: row.id,
    at: Number(row.at),
    actor: {
      // Written by `toAuditRow` from the same types.
      type: row.actor_type as Actor['type'],
      id: row.actor_id,
      address: row.address,
      userAgent: row.user_agent,
      requestId: row.request_id,
    },
    organizationId: row.organization_id,
    action: row.action,
    target: row.target_type === null || row.target_id === null ? null : { type: row.target_type, id: row.target_id },
    outcome: row.outcome as AuditEntry['outcome'],
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.details === null ? {} : { details: JSON.parse(row.details) as Record<string, unknown> }),
  };
}
