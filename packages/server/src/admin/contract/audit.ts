import { z } from 'zod';
import { logPageOf, logQuery, type Operation, timestamp } from './operation.ts';

/** An entry of the audit log, with the names needed to describe it in a sentence. */
export const auditEntry = z.object({
  id: z.string(),
  at: timestamp,
  action: z.string(),
  outcome: z.enum(['issued', 'done', 'refused']),
  reason: z.string().nullable(),
  actor: z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  target: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string().nullable(),
});

const base = '/admin/organizations/{organizationId}';
const auditQuery = z.object({
  action: z.string().max(60).optional(),
  actor: z.string().max(60).optional(),
  target: z.string().max(60).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});

export const auditOperations = {
  listAudit: {
    method: 'GET',
    path: `${base}/audit`,
    summary: 'List the audit log of an organization, newest first, without token requests',
    tag: 'Audit',
    caller: 'member',
    query: auditQuery.extend(logQuery.shape),
    status: 200,
    response: logPageOf(auditEntry),
  },
  exportAudit: {
    method: 'GET',
    path: `${base}/audit.ndjson`,
    summary: 'Export the audit log of an organization as NDJSON',
    tag: 'Audit',
    caller: 'member',
    query: auditQuery,
    status: 200,
    ndjson: true,
  },
} as const satisfies Record<string, Operation>;
