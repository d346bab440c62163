import type { AuditEntry } from '../domain/audit-entry.ts';
import { insertAuditEntry } from '../store/audit.ts';
import type { Queries } from '../store/database.ts';
import type { ActionContext } from './context.ts';

/** An action that was done, for the audit log. */
export type RecordedAction = Omit<AuditEntry, 'at' | 'outcome'>;

/** Writes the audit entry of a change, in the transaction of the change. */
export async function recordAction(context: ActionContext, queries: Queries, action: RecordedAction): Promise<void> {
  await insertAuditEntry(queries, { ...action, at: context.now(), outcome: 'done' });
}

/** The fields of an object that a change names, for the `before` of an audit entry. */
export function fieldsOf(object: object, change: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name in change));
}
