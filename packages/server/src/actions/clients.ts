import type { Access, GrantType } from '../domain/access.ts';
import type { ApiClient, ClientSecret, ListedClient } from '../domain/api-client.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { newSecretOf } from '../domain/client-secret.ts';
import { newClientId } from '../domain/identifier.ts';
import { parseDescription, parseName } from '../domain/name.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import { OrganizationClients, organizationOfClient } from '../store/api-clients.ts';
import { ClientSearch } from '../store/client-list.ts';
import type { Queries } from '../store/database.ts';
import { requireRoomForClient } from './bounds.ts';
import type { ActionContext } from './context.ts';
import { cutOff, cutOffIfLess } from './cut-off.ts';
import { requireOrganization } from './organizations.ts';
import { fieldsOf, type RecordedAction, recordAction } from './record-action.ts';
import { endAllSignIns } from './sign-ins.ts';

/** A client with its valid secrets. */
export interface ClientWithSecrets {
  readonly client: ApiClient;
  readonly secrets: readonly ClientSecret[];
}

/** The result of creating a client or rotating its secret: the only time the secret is seen. */
export interface NewSecret {
  readonly client: ApiClient;
  /** The client as the transaction left it, so that nothing has to be read again to show the secret. */
  readonly listed: ListedClient;
  readonly clientSecret: string;
}

/** Creates an API client with its first secret; `secretExpiresAt` in epoch milliseconds, null for never. */
export async function createClient(
  context: ActionContext,
  actor: Actor,
  input: {
    readonly organizationId: string;
    readonly name: string;
    readonly description?: string;
    readonly access: Access;
    readonly grants: readonly GrantType[];
    readonly secretExpiresAt: number | null;
  },
): Promise<NewSecret> {
  requireOfferedGrants(context, input.grants);
  const organization = await requireOrganization(context, input.organizationId);
  const now = context.now();
  const client: ApiClient = {
    id: newClientId(),
    organizationId: organization.id,
    name: parseName(input.name),
    description: parseDescription(input.description ?? ''),
    access: input.access,
    grants: input.grants,
    state: 'active',
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  const secret = newSecretOf(client.id, { pepper: context.keys.pepper, expiresAt: input.secretExpiresAt, now });
  return context.database.transaction(async (queries) => {
    const clients = new OrganizationClients(queries, client.organizationId);
    await requireRoomForClient(context, queries, client.organizationId);
    await clients.insert(client);
    await clients.insertSecret(secret.stored);
    await recordAction(context, queries, {
      ...actionOn(client, actor, 'client.create'),
      details: {
        name: client.name,
        access: client.access,
        grants: client.grants,
        secret_last_four: secret.stored.lastFour,
        secret_expires_at: secret.stored.expiresAt,
      },
    });
    const listed = await readListed(queries, client, now);
    return { client, listed, clientSecret: secret.clientSecret };
  });
}

/** A page of an organization's clients, with their valid secrets. */
export async function readClients(
  context: ActionContext,
  organizationId: string,
  page: Page,
): Promise<readonly ClientWithSecrets[]> {
  const organization = await requireOrganization(context, organizationId);
  const clients = new OrganizationClients(context.database.queries, organization.id);
  const found = await clients.list(page);
  return Promise.all(
    found.map(async (client) => ({ client, secrets: await clients.liveSecrets(client.id, context.now()) })),
  );
}

/** The organization a client belongs to, for an operator who gives only the client id; throws `not_found`. */
export async function requireOrganizationOfClient(context: ActionContext, clientId: string): Promise<string> {
  const organizationId = await organizationOfClient(context.database.queries, clientId);
  if (organizationId === undefined) {
    throw clientNotFound();
  }
  return organizationId;
}

/** A client of an organization with its valid secrets; throws `not_found`. */
export async function readClient(
  context: ActionContext,
  organizationId: string,
  clientId: string,
): Promise<ClientWithSecrets> {
  const clients = new OrganizationClients(context.database.queries, organizationId);
  const client = await clients.find(clientId);
  if (client === undefined) throw clientNotFound();
  return { client, secrets: await clients.liveSecrets(client.id, context.now()) };
}

/**
 * Changes a client's state, access, grants, name or description; takes effect with the next token request. Without the
 * password grant, the sign-ins made by it end.
 */
export async function updateClient(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget,
  change: Partial<Pick<ApiClient, 'name' | 'description' | 'access' | 'state' | 'grants'>>,
): Promise<ApiClient> {
  requireOfferedGrants(context, change.grants ?? []);
  const parsed = {
    ...change,
    ...(change.name === undefined ? {} : { name: parseName(change.name) }),
    ...(change.description === undefined ? {} : { description: parseDescription(change.description) }),
  };
  return changeClient(context, target, async (queries, clients, before) => {
    const after = await clients.update(before.id, before.version, parsed, context.now());
    if (after === undefined) {
      throw clientChanged(target);
    }
    // When it is given back too: a sign-in that was under way must not come to life again.
    const hasChangedGrant = before.grants.includes('password') !== after.grants.includes('password');
    const ended = hasChangedGrant ? await endAllSignIns(context, queries, after, 'grant_changed') : 0;
    await cutOffIfLess(context, queries, before, after);
    await recordAction(context, queries, {
      ...actionOn(after, actor, 'client.update'),
      details: { before: fieldsOf(before, parsed), after: parsed, ...(ended === 0 ? {} : { sign_ins_ended: ended }) },
    });
    return after;
  });
}

/** The password grant can be switched off for the instance; throws `conflict` then. */
function requireOfferedGrants({ config }: ActionContext, grants: readonly GrantType[]): void {
  if (grants.some((grant) => !config.grantTypes.includes(grant))) {
    throw new ApiError('conflict', 'the password grant is switched off for this instance (BINDERY_PASSWORD_GRANT)');
  }
}

/** Deletes a client and its secrets; its audit entries stay. */
export async function deleteClient(context: ActionContext, actor: Actor, target: ClientTarget): Promise<ApiClient> {
  return changeClient(context, target, async (queries, clients, client) => {
    if (!(await clients.remove(client.id, client.version))) {
      throw clientChanged(target);
    }
    await cutOff(context, queries, { kind: 'client', id: client.id, organizationId: client.organizationId });
    await recordAction(context, queries, {
      ...actionOn(client, actor, 'client.delete'),
      details: { name: client.name, access: client.access },
    });
    return client;
  });
}

/** The client an action is about and, if it matters, the version that the caller has seen. */
export interface ClientTarget {
  readonly organizationId: string;
  readonly clientId: string;
  readonly version?: number;
}

/** Runs a change of a client in one transaction; throws `not_found`, or `precondition_failed` for another version. */
export function changeClient<Result>(
  context: ActionContext,
  target: ClientTarget,
  change: (queries: Queries, clients: OrganizationClients, client: ApiClient) => Promise<Result>,
): Promise<Result> {
  return context.database.transaction(async (queries) => {
    const clients = new OrganizationClients(queries, target.organizationId);
    const client = await clients.find(target.clientId);
    if (client === undefined) {
      throw clientNotFound();
    }
    if (target.version !== undefined && target.version !== client.version) {
      throw new ApiError(
        'precondition_failed',
        'the API client has changed since you read it; reload it and try again',
      );
    }
    return change(queries, clients, client);
  });
}

/** An action on a client, for the audit log. */
export function actionOn(client: ApiClient, actor: Actor, action: string): RecordedAction {
  return { actor, organizationId: client.organizationId, action, target: { type: 'client', id: client.id } };
}

function clientNotFound(): ApiError {
  return new ApiError('not_found', 'API client not found; list API clients with: bindery client list --org ID');
}

/** A client as lists show it; throws `not_found`. */
export async function readListed(queries: Queries, client: ApiClient, now: number): Promise<ListedClient> {
  const listed = await new ClientSearch(queries, client.organizationId, now).find(client.id);
  if (listed === undefined) {
    throw clientNotFound();
  }
  return listed;
}

/** Thrown if the client is no longer at the version that was read. */
export function clientChanged({ version }: ClientTarget): ApiError {
  const code = version === undefined ? 'conflict' : 'precondition_failed';
  return new ApiError(code, 'the API client was changed by someone else; reload it and try again');
}
