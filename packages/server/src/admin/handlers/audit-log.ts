import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ActionContext } from '../../actions/context.ts';
import type { AuditRecord } from '../../domain/audit-entry.ts';
import { auditExportStep } from '../../domain/limits.ts';
import { lastFoursOf, listAuditEntries, namesOf } from '../../store/audit.ts';
import type { AuditFilter } from '../../store/audit-filter.ts';
import type { Queries } from '../../store/database.ts';

/** An audit entry with the names needed to describe it in a sentence. */
export interface NamedEntry extends AuditRecord {
  readonly actorName: string | null;
  readonly targetName: string | null;
  /** The last four characters of the secret that was used or changed. */
  readonly secretLastFour: string | null;
}

/** Which entries of one organization to read. */
export type LogFilter = Omit<AuditFilter, 'limit' | 'before'> & { readonly organizationId: string };

/** Reads one page of the audit log, newest first, and the cursor of the next. */
export async function readAuditLog(
  context: ActionContext,
  filter: LogFilter,
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<{ readonly items: readonly NamedEntry[]; readonly next: string | null }> {
  const records = await listAuditEntries(context.database.reader.of(filter.organizationId), {
    ...filter,
    ...(page.before === undefined ? {} : { before: page.before }),
    limit: page.limit + 1,
  });
  const items = records.slice(0, page.limit);
  return {
    items: await withNames(context.database.reader.of(filter.organizationId), items),
    next: records.length > page.limit ? (items.at(-1)?.id ?? null) : null,
  };
}

/** Streams the whole audit log as NDJSON; it is read in steps, so it is never in memory all at once. */
export function exportAuditLog(
  context: ActionContext,
  reply: FastifyReply,
  fileName: string,
  filter: LogFilter,
  toWire: (record: NamedEntry) => object,
): void {
  async function* lines(): AsyncGenerator<string> {
    for (let before: string | undefined; ; ) {
      const { items, next } = await readAuditLog(context, filter, { limit: auditExportStep, before });
      yield items.map((item) => `${JSON.stringify(toWire(item))}\n`).join('');
      if (next === null) {
        return;
      }
      before = next;
    }
  }
  void reply
    .headers({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="${fileName}.ndjson"`,
    })
    .send(Readable.from(lines()));
}

async function withNames(queries: Queries, records: readonly AuditRecord[]): Promise<NamedEntry[]> {
  const ids = records.flatMap(({ actor, target }) => [actor.id, target?.id ?? null]);
  const names = await namesOf(queries, distinct(ids));
  const lastFours = await lastFoursOf(queries, distinct(records.map(secretIdOf)));
  return records.map((record) => ({
    ...record,
    actorName: names.get(record.actor.id ?? '') ?? null,
    targetName: names.get(record.target?.id ?? '') ?? null,
    secretLastFour: lastFours.get(secretIdOf(record) ?? '') ?? textOf(record.details?.['secret_last_four']),
  }));
}

function secretIdOf({ details }: AuditRecord): string | null {
  return textOf(details?.['secret_id']);
}

function distinct(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter((id) => id !== null))];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
