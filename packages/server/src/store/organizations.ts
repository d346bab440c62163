import type { Queries } from './database.ts';
import type { Page } from './page.ts';
import type { OrganizationsTable } from './schema.ts';

/** An organization: the tenant. Times are epoch milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly apiClientsEnabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

export async function insertOrganization(queries: Queries, organization: Organization): Promise<void> {
  await queries
    .insertInto('organizations')
    .values({
      id: organization.id,
      name: organization.name,
      state: organization.state,
      api_clients_enabled: organization.apiClientsEnabled ? 1 : 0,
      created_at: organization.createdAt,
      updated_at: organization.updatedAt,
      version: organization.version,
    })
    .execute();
}

export async function findOrganization(queries: Queries, id: string): Promise<Organization | undefined> {
  const row = await queries.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toOrganization(row);
}

/** All organizations by name, a page at a time; for the operator only. */
export async function listOrganizations(queries: Queries, page: Page): Promise<readonly Organization[]> {
  const rows = await queries
    .selectFrom('organizations')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.size)
    .offset(page.size * (page.number - 1))
    .execute();
  return rows.map(toOrganization);
}

/** Changes an organization's switches and returns it as it then is; undefined when there is none. */
export async function updateOrganization(
  queries: Queries,
  id: string,
  change: { readonly state?: Organization['state']; readonly apiClientsEnabled?: boolean },
  now: number,
): Promise<Organization | undefined> {
  const row = await queries
    .updateTable('organizations')
    .set((expression) => ({
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.apiClientsEnabled === undefined ? {} : { api_clients_enabled: change.apiClientsEnabled ? 1 : 0 }),
      updated_at: now,
      version: expression('version', '+', 1),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toOrganization(row);
}

function toOrganization(row: OrganizationsTable): Organization {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    apiClientsEnabled: row.api_clients_enabled === 1,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}
