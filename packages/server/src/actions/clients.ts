import type { Access, GrantType } from '../domain/access.ts';
import { hashClientSecret, lastFour, newClientSecret } from '../domain/client-secret.ts';
import { newClientId, newRowId } from '../domain/identifier.ts';
import { liveSecretsMax } from '../domain/limits.ts';
import { parseDescription, parseName } from '../domain/name.ts';
import { ApiError } from '../errors.ts';
import { type ApiClient, type ClientSecret, OrganizationClients, organizationOfClient } from '../store/api-clients.ts';
import { type AuditEntry, insertAuditEntry } from '../store/audit.ts';
import type { Queries } from '../store/database.ts';
import type { Page } from '../store/page.ts';
import type { ActionContext, Actor } from './context.ts';
import { cutOff, cutOffIfLess } from './cut-off.ts';
import { requireOrganization } from './organizations.ts';

/** A client together with its live secrets. */
export interface ClientWithSecrets {
  readonly client: ApiClient;
  readonly secrets: readonly ClientSecret[];
}

/** What creating a client or rotating its secret answers: the only time the secret is seen. */
export interface NewSecret {
  readonly client: ApiClient;
  readonly clientSecret: string;
}

/** Makes an API client with its first secret; `secretExpiresAt` in epoch milliseconds, null for never. */
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
  const secret = makeSecret(context, client.id, input.secretExpiresAt);
  await context.database.transaction(async (queries) => {
    const clients = new OrganizationClients(queries, client.organizationId);
    await clients.insert(client);
    await clients.insertSecret(secret.row);
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, client, 'client.create'),
      details: {
        name: client.name,
        access: client.access,
        grants: client.grants,
        secret_last_four: secret.row.lastFour,
        secret_expires_at: secret.row.expiresAt,
      },
    });
  });
  return { client, clientSecret: secret.clientSecret };
}

/** A page of an organization's clients, with their live secrets. */
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

/** The organization a client belongs to, for an operator who names the client alone; throws `not_found`. */
export async function requireOrganizationOfClient(context: ActionContext, clientId: string): Promise<string> {
  const organizationId = await organizationOfClient(context.database.queries, clientId);
  if (organizationId === undefined) {
    throw clientNotFound();
  }
  return organizationId;
}

/** One client of an organization with its live secrets, or `not_found`. */
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

/** Changes a client's state, access or name; holds for the next request of the token endpoint. */
export async function updateClient(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget,
  change: Partial<Pick<ApiClient, 'name' | 'description' | 'access' | 'state'>>,
): Promise<ApiClient> {
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
    await cutOffIfLess(context, queries, before, after);
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, after, 'client.update'),
      details: { before: pick(before, Object.keys(parsed)), after: parsed },
    });
    return after;
  });
}

/** Deletes a client and its secrets for good; its trail stays. */
export async function deleteClient(context: ActionContext, actor: Actor, target: ClientTarget): Promise<ApiClient> {
  return changeClient(context, target, async (queries, clients, client) => {
    if (!(await clients.remove(client.id, client.version))) {
      throw clientChanged(target);
    }
    await cutOff(context, queries, { kind: 'client', id: client.id });
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, client, 'client.delete'),
      details: { name: client.name, access: client.access },
    });
    return client;
  });
}

/** How a rotation treats the old secret: it works `overlapMilliseconds` longer, 0 ends every old one at once. */
export interface Rotation {
  readonly overlapMilliseconds: number;
  readonly secretExpiresAt: number | null;
}

/** Makes a second secret and gives the first an end; refuses a third while two live. */
export async function rotateSecret(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget,
  rotation: Rotation,
): Promise<NewSecret & { readonly previousSecretExpiresAt: number }> {
  return changeClient(context, target, async (queries, clients, before) => {
    const now = context.now();
    const live = await clients.liveSecrets(before.id, now);
    if (live.length >= liveSecretsMax && rotation.overlapMilliseconds > 0) {
      throw new ApiError(
        'conflict',
        `two secrets of this client are live already; rotate again once the older has ended (${endsOf(live)}), or end both at once with: bindery client rotate ${before.id} --overlap now`,
      );
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    const endsAt = now + rotation.overlapMilliseconds;
    // A secret that ends sooner by itself is not given more time; with none live the last has ended already.
    const previousSecretExpiresAt = Math.max(
      ...live.map(({ expiresAt }) => Math.min(expiresAt ?? endsAt, endsAt)),
      now,
    );
    const secret = makeSecret(context, client.id, rotation.secretExpiresAt);
    await clients.endSecrets(client.id, endsAt);
    await clients.insertSecret(secret.row);
    if (rotation.overlapMilliseconds === 0) {
      // It leaked: what somebody else got with it ends too.
      await cutOff(context, queries, { kind: 'client', id: client.id });
    }
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, client, 'client.rotate_secret'),
      details: {
        secret_last_four: secret.row.lastFour,
        secret_expires_at: secret.row.expiresAt,
        previous_secret_expires_at: previousSecretExpiresAt,
      },
    });
    return { client, clientSecret: secret.clientSecret, previousSecretExpiresAt };
  });
}

/** Moves the end of one live secret, to a moment (epoch milliseconds) or to this one. */
export async function setSecretEnd(
  context: ActionContext,
  actor: Actor,
  target: ClientTarget & { readonly secretId: string },
  end: number | 'now',
): Promise<ApiClient> {
  return changeClient(context, target, async (queries, clients, before) => {
    const now = context.now();
    const expiresAt = end === 'now' ? now : end;
    const secret = (await clients.liveSecrets(before.id, now)).find(({ id }) => id === target.secretId);
    if (secret === undefined) {
      throw new ApiError('not_found', 'there is no such live secret');
    }
    if (expiresAt < now) {
      throw new ApiError('invalid_input', 'the end lies in the past', { fields: { expiresAt: ['lies in the past'] } });
    }
    const client = await clients.update(before.id, before.version, {}, now);
    if (client === undefined) {
      throw clientChanged(target);
    }
    await clients.setSecretEnd(client.id, secret.id, expiresAt);
    await insertAuditEntry(queries, {
      ...entryOf(context, actor, client, expiresAt === now ? 'client.end_secret' : 'client.move_secret_end'),
      details: {
        secret_last_four: secret.lastFour,
        before: { expires_at: secret.expiresAt },
        after: { expires_at: expiresAt },
      },
    });
    return client;
  });
}

/** Which client an action is about, and which version of it the caller has seen, when that matters. */
export interface ClientTarget {
  readonly organizationId: string;
  readonly clientId: string;
  readonly version?: number;
}

function changeClient<Result>(
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
      throw new ApiError('precondition_failed', 'the API client has changed since you read it');
    }
    return change(queries, clients, client);
  });
}

function makeSecret(context: ActionContext, clientId: string, expiresAt: number | null) {
  const clientSecret = newClientSecret();
  const row = {
    id: newRowId('secret'),
    clientId,
    hash: hashClientSecret(clientSecret, context.keys.pepper),
    lastFour: lastFour(clientSecret),
    createdAt: context.now(),
    expiresAt,
  };
  return { clientSecret, row };
}

function entryOf(context: ActionContext, actor: Actor, client: ApiClient, action: string): AuditEntry {
  return {
    at: context.now(),
    actor,
    organizationId: client.organizationId,
    action,
    target: { type: 'client', id: client.id },
    outcome: 'done',
  };
}

function pick(client: ApiClient, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(client).filter(([name]) => names.includes(name)));
}

function endsOf(secrets: readonly ClientSecret[]): string {
  const first = Math.min(...secrets.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(first) ? new Date(first).toISOString() : 'it has no end';
}

function clientNotFound(): ApiError {
  return new ApiError('not_found', 'there is no such API client; list them with: bindery client list --org ID');
}

function clientChanged({ version }: ClientTarget): ApiError {
  const code = version === undefined ? 'conflict' : 'precondition_failed';
  return new ApiError(code, 'the API client was changed at the same moment; look at it and try again');
}
