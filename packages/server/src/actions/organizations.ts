import type { Actor } from '../domain/audit-entry.ts';
import { newOrganizationId } from '../domain/identifier.ts';
import { parseName } from '../domain/name.ts';
import type { Organization } from '../domain/organization.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import { insertAuditEntry } from '../store/audit.ts';
import {
  findOrganization,
  insertOrganization,
  listOrganizations,
  removeOrganization,
  updateOrganization,
} from '../store/organizations.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';

/** Makes an organization. */
export async function createOrganization(
  context: ActionContext,
  actor: Actor,
  input: { readonly name: string },
): Promise<Organization> {
  const now = context.now();
  const organization: Organization = {
    id: newOrganizationId(),
    name: parseName(input.name),
    state: 'active',
    apiClientsEnabled: context.config.apiClientsByDefault,
    contact: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await context.database.transaction(async (queries) => {
    await insertOrganization(queries, organization);
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: organization.id,
      action: 'organization.create',
      target: { type: 'organization', id: organization.id },
      outcome: 'done',
      details: { name: organization.name, api_clients_enabled: organization.apiClientsEnabled },
    });
  });
  return organization;
}

/** Finds an organization, or throws `not_found`. */
export async function requireOrganization(context: ActionContext, id: string): Promise<Organization> {
  const organization = await findOrganization(context.database.queries, id.toLowerCase());
  if (organization === undefined) {
    throw organizationNotFound();
  }
  return organization;
}

/** A page of all organizations, or of those that a search finds. */
export function readOrganizations(
  context: ActionContext,
  page: Page,
  search?: string,
): Promise<readonly Organization[]> {
  return listOrganizations(context.database.queries, page, search);
}

/** Changes an organization's name or contact, if it is still at `version`. */
export async function updateOrganizationDetails(
  context: ActionContext,
  actor: Actor,
  target: { readonly organizationId: string; readonly version: number },
  change: { readonly name?: string; readonly contact?: string | null },
): Promise<Organization> {
  const parsed = {
    ...(change.name === undefined ? {} : { name: parseName(change.name) }),
    ...(change.contact === undefined ? {} : { contact: change.contact }),
  };
  return context.database.transaction(async (queries) => {
    const now = context.now();
    const before = await findOrganization(queries, target.organizationId);
    if (before === undefined) {
      throw organizationNotFound();
    }
    const after = await updateOrganization(queries, before.id, parsed, now, target.version);
    if (after === undefined) {
      throw organizationChanged();
    }
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: after.id,
      action: 'organization.update',
      target: { type: 'organization', id: after.id },
      outcome: 'done',
      details: { before: pick(before, Object.keys(parsed)), after: parsed },
    });
    return after;
  });
}

/** Deletes an organization with its API clients and binders for good, if it is still at `version`. */
export async function deleteOrganization(
  context: ActionContext,
  actor: Actor,
  target: { readonly organizationId: string; readonly version: number },
): Promise<void> {
  await context.database.transaction(async (queries) => {
    const organization = await findOrganization(queries, target.organizationId);
    if (organization === undefined) {
      throw organizationNotFound();
    }
    if (!(await removeOrganization(queries, organization.id, target.version))) {
      throw organizationChanged();
    }
    await cutOff(context, queries, { kind: 'organization', id: organization.id });
    await insertAuditEntry(queries, {
      at: context.now(),
      actor,
      organizationId: organization.id,
      action: 'organization.delete',
      target: { type: 'organization', id: organization.id },
      outcome: 'done',
      details: { name: organization.name },
    });
  });
}

/** Disables or enables an organization, or switches its API clients on or off; holds for the next request. */
export async function switchOrganization(
  context: ActionContext,
  actor: Actor,
  id: string,
  change: { readonly state: Organization['state'] } | { readonly apiClientsEnabled: boolean },
): Promise<Organization> {
  const now = context.now();
  return context.database.transaction(async (queries) => {
    const before = await findOrganization(queries, id.toLowerCase());
    const after = before && (await updateOrganization(queries, before.id, change, now));
    if (before === undefined || after === undefined) {
      throw organizationNotFound();
    }
    if (lives(before) && !lives(after)) {
      await cutOff(context, queries, { kind: 'organization', id: after.id });
    }
    await insertAuditEntry(queries, {
      at: now,
      actor,
      organizationId: after.id,
      action: 'organization.update',
      target: { type: 'organization', id: after.id },
      outcome: 'done',
      details: { before: switchesOf(before), after: switchesOf(after) },
    });
    return after;
  });
}

/** Whether tokens of its clients are good. */
function lives({ state, apiClientsEnabled }: Organization): boolean {
  return state === 'active' && apiClientsEnabled;
}

function switchesOf({ state, apiClientsEnabled }: Organization) {
  return { state, api_clients_enabled: apiClientsEnabled };
}

function pick(organization: Organization, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(organization).filter(([name]) => names.includes(name)));
}

function organizationChanged(): ApiError {
  return new ApiError('precondition_failed', 'the organization has changed since you read it');
}

function organizationNotFound(): ApiError {
  return new ApiError('not_found', 'there is no such organization; list them with: bindery org list');
}
