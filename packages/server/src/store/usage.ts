import { sql } from 'kysely';
import type { Queries } from './database.ts';

/** Token requests of one hour. */
export interface HourOfUse {
  /** Epoch milliseconds of its start. */
  readonly hour: number;
  readonly issued: number;
  readonly refused: number;
}

/** The hourly counters of an organization since a moment, of all its clients or of one. */
export async function readUsage(
  queries: Queries,
  of: { readonly organizationId: string; readonly clientId?: string },
  since: number,
): Promise<readonly HourOfUse[]> {
  const rows = await queries
    .selectFrom('client_hours')
    .select((expression) => [
      'hour',
      expression.fn.sum('issued').as('issued'),
      expression.fn.sum('refused').as('refused'),
    ])
    .where((expression) =>
      of.clientId === undefined
        ? expression('organization_id', '=', of.organizationId)
        : expression.and([
            expression('client_id', '=', of.clientId),
            // Not looked up in an index, which would find the hours of all its clients.
            expression(expression.fn.coalesce('organization_id', sql.lit('')), '=', of.organizationId),
          ]),
    )
    .where('hour', '>=', since)
    .groupBy('hour')
    .orderBy('hour')
    .execute();
  return rows.map((row) => ({ hour: Number(row.hour), issued: Number(row.issued), refused: Number(row.refused) }));
}

/** Deletes up to `limit` of the oldest hourly counters of clients from before a moment; returns how many. */
export async function pruneClientHours(queries: Queries, before: number, limit: number): Promise<number> {
  const removed = await queries
    .deleteFrom('client_hours')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('client_id', 'hour'),
        'in',
        selectFrom('client_hours')
          .select(['client_id', 'hour'])
          .where('hour', '<', before)
          .orderBy('hour')
          .limit(limit)
          .$asTuple('client_id', 'hour'),
      ),
    )
    .executeTakeFirst();
  return Number(removed.numDeletedRows);
}

/** Deletes up to `limit` of the oldest counters of refusals of unknown clients from before a moment; returns how many. */
export async function pruneUnknownRefusals(queries: Queries, before: number, limit: number): Promise<number> {
  const removed = await queries
    .deleteFrom('unknown_client_refusals')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('hour', 'address', 'reason'),
        'in',
        selectFrom('unknown_client_refusals')
          .select(['hour', 'address', 'reason'])
          .where('hour', '<', before)
          .orderBy('hour')
          .limit(limit)
          .$asTuple('hour', 'address', 'reason'),
      ),
    )
    .executeTakeFirst();
  return Number(removed.numDeletedRows);
}
