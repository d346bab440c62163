import type { Actor } from '../domain/audit-entry.ts';
import { parseEmail } from '../domain/email.ts';
import { parseName } from '../domain/name.ts';
import { newOrganization, type Organization } from '../domain/organization.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import {
  findOrganization,
  insertOrganization,
  listOrganizations,
  removeOrganization,
  updateOrganization,
} from '../store/organizations.ts';
import { instanceParty } from '../store/reader.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { fieldsOf, recordAction } from './record-action.ts';

/** Creates an organization. */
export async function createOrganization(
  context: ActionContext,
  actor: Actor,
  input: { readonly name: string },
): Promise<Organization> {
  const { apiClientsByDefault } = context.config;
  const organization = newOrganization({ name: input.name, apiClientsEnabled: apiClientsByDefault }, context.now());
  await context.database.transaction(async (queries) => {
    await insertOrganization(queries, organization);
    await recordAction(context, queries, {
      actor,
      organizationId: organization.id,
      action: 'organization.create',
      target: { type: 'organization', id: organization.id },
      details: { name: organization.name, api_clients_enabled: organization.apiClientsEnabled },
    });
  });
  return organization;
}

/** The organization with an id, in any letter case; throws `not_found`. */
export async function requireOrganization(context: ActionContext, id: string): Promise<Organization> {
  const organization = await findOrganization(context.database.queries, id.toLowerCase());
  if (organization === undefined) {
    throw organizationNotFound();
  }
  return organization;
}

/** A page of all organizations, or of those that match a search. */
export function readOrganizations(
  context: ActionContext,
  page: Page,
  search?: string,
): Promise<readonly Organization[]> {
  return listOrganizations(context.database.reader.of(instanceParty), page, search);
}

/** Changes an organization's name or contact; throws `precondition_failed` if it is no longer at `version`. */
export async function updateOrganizationDetails(
  context: ActionContext,
  actor: Actor,
  target: { readonly organizationId: string; readonly version: number },
  change: { readonly name?: string; readonly contact?: string | null },
): Promise<Organization> {
  const parsed = {
    ...(change.name === undefined ? {} : { name: parseName(change.name) }),
    ...(change.contact === undefined ? {} : { contact: change.contact === null ? null : parseEmail(change.contact) }),
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
    await recordAction(context, queries, {
      actor,
      organizationId: after.id,
      action: 'organization.update',
      target: { type: 'organization', id: after.id },
      details: { before: fieldsOf(before, parsed), after: parsed },
    });
    return after;
  });
}

/** Deletes an organization with its API clients and binders; throws `precondition_failed` if it is no longer at `version`. */
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
    await recordAction(context, queries, {
      actor,
      organizationId: organization.id,
      action: 'organization.delete',
      target: { type: 'organization', id: organization.id },
      details: { name: organization.name },
    });
  });
}

/** What an operator can switch: whether an organization may do anything, and whether it may use API clients. */
export type OrganizationSwitches = Partial<Pick<Organization, 'state' | 'apiClientsEnabled'>>;

/** Disables or enables an organization, or switches its API clients on or off; takes effect with the next request. */
export async function switchOrganization(
  context: ActionContext,
  actor: Actor,
  id: string,
  change: OrganizationSwitches,
): Promise<Organization> {
  return context.database.transaction(async (queries) => {
    const before = await findOrganization(queries, id.toLowerCase());
    if (before === undefined) {
      throw organizationNotFound();
    }
    if (Object.keys(change).length === 0) {
      return before;
    }
    const after = await updateOrganization(queries, before.id, change, context.now());
    if (after === undefined) {
      throw organizationNotFound();
    }
    if (mayUseTokens(before) && !mayUseTokens(after)) {
      await cutOff(context, queries, { kind: 'organization', id: after.id });
    }
    await recordAction(context, queries, {
      actor,
      organizationId: after.id,
      action: 'organization.update',
      target: { type: 'organization', id: after.id },
      details: { before: switchesOf(before), after: switchesOf(after) },
    });
    return after;
  });
}

function mayUseTokens({ state, apiClientsEnabled }: Organization): boolean {
  return state === 'active' && apiClientsEnabled;
}

function switchesOf({ state, apiClientsEnabled }: Organization) {
  return { state, api_clients_enabled: apiClientsEnabled };
}

function organizationChanged(): ApiError {
  return new ApiError('precondition_failed', 'the organization has changed since you read it; reload it and try again');
}

function organizationNotFound(): ApiError {
  return new ApiError('not_found', 'organization not found; list organizations with: bindery org list');
}
