import { sql } from 'kysely';
import type { Organization } from '../domain/organization.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { OrganizationsTable } from './schema.ts';

export async function insertOrganization(queries: Queries, organization: Organization): Promise<void> {
  await queries
    .insertInto('organizations')
    .values({
      id: organization.id,
      name: organization.name,
      state: organization.state,
      api_clients_enabled: organization.apiClientsEnabled ? 1 : 0,
      contact: organization.contact,
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

/** A page of all organizations, or of those that match a search, oldest first; for the operator only. */
export async function listOrganizations(
  queries: Queries,
  page: Page,
  search?: string,
): Promise<readonly Organization[]> {
  const rows = await matching(queries, search)
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.size)
    .offset(page.size * (page.number - 1))
    .execute();
  return rows.map(toOrganization);
}

/** What can be changed about an organization. */
export type OrganizationChange = Partial<Pick<Organization, 'name' | 'contact' | 'state' | 'apiClientsEnabled'>>;

/** Deletes an organization and everything it owns, if it is still at `version`; its audit entries stay. */
export async function removeOrganization(queries: Queries, id: string, version: number): Promise<boolean> {
  await queries.deleteFrom('api_clients').where('organization_id', '=', id).execute();
  await queries.deleteFrom('binders').where('organization_id', '=', id).execute();
  const removed = await queries
    .deleteFrom('organizations')
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst();
  return removed !== undefined;
}

/** How many organizations match a search. */
export async function countOrganizations(queries: Queries, search?: string): Promise<number> {
  const row = await matching(queries, search)
    .select((expression) => expression.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function matching(queries: Queries, search: string | undefined) {
  const pattern = `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return queries
    .selectFrom('organizations')
    .$if(search !== undefined && search !== '', (query) =>
      query.where((expression) =>
        expression.or([
          sql<boolean>`lower(organizations.name) like ${pattern} escape '\\'`,
          expression('organizations.id', '=', (search ?? '').toLowerCase()),
        ]),
      ),
    );
}

/** Moves an organization to its next version if it is still at the one that was read. */
export async function claimOrganization(
  queries: Queries,
  { id, version }: Pick<Organization, 'id' | 'version'>,
  now: number,
): Promise<boolean> {
  return (await updateOrganization(queries, id, {}, now, version)) !== undefined;
}

/** Changes an organization, if it is still at `version` where one is given; undefined if there is none. */
export async function updateOrganization(
  queries: Queries,
  id: string,
  change: OrganizationChange,
  now: number,
  version?: number,
): Promise<Organization | undefined> {
  const row = await queries
    .updateTable('organizations')
    .set((expression) => ({
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.apiClientsEnabled === undefined ? {} : { api_clients_enabled: change.apiClientsEnabled ? 1 : 0 }),
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.contact === undefined ? {} : { contact: change.contact }),
      updated_at: now,
      version: expression('version', '+', 1),
    }))
    .where('id', '=', id)
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
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
    contact: row.contact,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}
