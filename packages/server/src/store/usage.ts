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
    .where('organization_id', '=', of.organizationId)
    .$if(of.clientId !== undefined, (query) => query.where('client_id', '=', of.clientId ?? ''))
    .where('hour', '>=', since)
    .groupBy('hour')
    .orderBy('hour')
    .execute();
  return rows.map((row) => ({ hour: Number(row.hour), issued: Number(row.issued), refused: Number(row.refused) }));
}
