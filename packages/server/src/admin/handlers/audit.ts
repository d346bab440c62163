import type { Handlers } from '../call.ts';
import type { auditOperations } from '../contract/audit.ts';
import type { QueryOf, ResponseOf } from '../contract/index.ts';
import { exportAuditLog, type LogFilter, type NamedEntry, readAuditLog } from './audit-log.ts';
import { toTimestamp } from './wire.ts';

/** The audit log of an organization. */
export const auditHandlers: Handlers<keyof typeof auditOperations> = {
  async listAudit({ context, organizationId, query }) {
    const { limit, before } = query;
    const { items, next } = await readAuditLog(context, filterOf(organizationId, query), { limit, before });
    return { items: items.map(toAuditEntry), next };
  },

  async exportAudit({ context, organizationId, query, reply }) {
    exportAuditLog(context, reply, `audit-${organizationId}`, filterOf(organizationId, query), toAuditEntry);
  },
};

function filterOf(organizationId: string, query: QueryOf<'exportAudit'>): LogFilter {
  return {
    organizationId,
    withoutTokens: true,
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.actor === undefined ? {} : { actorId: query.actor }),
    ...(query.target === undefined ? {} : { targetId: query.target }),
    ...(query.from === undefined ? {} : { from: Date.parse(query.from) }),
    ...(query.to === undefined ? {} : { to: Date.parse(query.to) }),
  };
}

function toAuditEntry(record: NamedEntry): ResponseOf<'listAudit'>['items'][number] {
  const { before, after, ...details } = record.details ?? {};
  return {
    id: record.id,
    at: toTimestamp(record.at),
    action: record.action,
    outcome: record.outcome,
    reason: record.reason ?? null,
    actor: { type: record.actor.type, id: record.actor.id, name: record.actorName },
    target: record.target === null ? null : { ...record.target, name: record.targetName },
    before: objectOf(before),
    after: objectOf(after),
    details: Object.keys(details).length === 0 ? null : details,
    address: record.actor.address,
    userAgent: record.actor.userAgent,
    requestId: record.actor.requestId,
  };
}

function objectOf(value: unknown): Record<string, unknown> | null {
  // Actions only store objects under these names.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
