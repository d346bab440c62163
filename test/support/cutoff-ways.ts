import assert from 'node:assert/strict';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { createClient, deleteClient, updateClient } from '@bindery/server/actions/clients.ts';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { removeMember } from '@bindery/server/actions/members.ts';
import { createOrganization, deleteOrganization, switchOrganization } from '@bindery/server/actions/organizations.ts';
import { createResetLink, resetPassword } from '@bindery/server/actions/password-reset.ts';
import { createUser, setPassword, setUserState } from '@bindery/server/actions/users.ts';
import type { Actor } from '@bindery/server/domain/audit-entry.ts';
import { QueuedPasswordHasher } from '@bindery/server/live/password-hasher.ts';
import { arrangingHasher } from './arrange.ts';
import type { Bindery } from './bindery.ts';
import { postForm } from './token-requests.ts';

/** The actor of every cut-off. */
export const actor: Actor = { type: 'system', id: null, address: null, userAgent: null, requestId: null };
const hasher = new QueuedPasswordHasher();

/** An organization with a client and a member, and tokens of both. */
export interface Tenant {
  readonly organizationId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** The client's own token. */
  readonly clientToken: string;
  /** The member's. */
  readonly userToken: string;
  readonly refreshToken: string;
}

/** One way to cut something off, and whose tokens it ends. */
export interface Way {
  readonly name: string;
  readonly cut: (context: ActionContext, bindery: Bindery, tenant: Tenant) => Promise<unknown>;
  readonly ends: readonly ('clientToken' | 'userToken')[];
  /** What must be undone before new tokens are issued; undefined if they are issued immediately. */
  readonly undo?: (context: ActionContext, tenant: Tenant) => Promise<unknown>;
  /** New tokens are never issued again. */
  readonly isForGood?: true;
}

/** How actions identify a client. */
export const clientOf = ({ organizationId, clientId }: Tenant) => ({ organizationId, clientId });
const credentialsOf = ({ clientId, clientSecret }: Tenant) => ({ client_id: clientId, client_secret: clientSecret });
/** The names of both tokens. */
export const both = ['clientToken', 'userToken'] as const;

async function revoke(bindery: Bindery, tenant: Tenant, token: string): Promise<void> {
  const answer = await postForm(bindery, '/oauth/revoke', { ...credentialsOf(tenant), token });
  assert.equal(answer.status, 200);
}

/** Every way in which valid tokens are cut off. */
export const ways: readonly Way[] = [
  {
    name: 'an organization that is disabled',
    cut: (context, _, { organizationId }) => switchOrganization(context, actor, organizationId, { state: 'disabled' }),
    undo: (context, { organizationId }) => switchOrganization(context, actor, organizationId, { state: 'active' }),
    ends: both,
  },
  {
    name: 'an organization whose API clients are switched off',
    cut: (context, _, { organizationId }) =>
      switchOrganization(context, actor, organizationId, { apiClientsEnabled: false }),
    undo: (context, { organizationId }) =>
      switchOrganization(context, actor, organizationId, { apiClientsEnabled: true }),
    ends: both,
  },
  {
    name: 'an organization that is deleted',
    cut: (context, _, { organizationId }) => deleteOrganization(context, actor, { organizationId, version: 1 }),
    isForGood: true,
    ends: both,
  },
  {
    name: 'a client that is disabled',
    cut: (context, _, tenant) => updateClient(context, actor, clientOf(tenant), { state: 'disabled' }),
    undo: (context, tenant) => updateClient(context, actor, clientOf(tenant), { state: 'active' }),
    ends: both,
  },
  {
    name: 'a client that may only read from now on',
    cut: (context, _, tenant) => updateClient(context, actor, clientOf(tenant), { access: 'read' }),
    ends: both,
  },
  {
    name: 'a client that is deleted',
    cut: (context, _, tenant) => deleteClient(context, actor, clientOf(tenant)),
    isForGood: true,
    ends: both,
  },
  {
    name: 'a client whose secret leaked',
    cut: (context, _, tenant) =>
      rotateSecret(context, actor, clientOf(tenant), { overlapMilliseconds: 0, secretExpiresAt: null }),
    isForGood: true,
    ends: both,
  },
  {
    name: 'a user who is disabled',
    cut: (context, _, { email }) => setUserState(context, actor, email, 'disabled'),
    undo: (context, { email }) => setUserState(context, actor, email, 'active'),
    ends: ['userToken'],
  },
  {
    name: 'a user who gets another password',
    cut: (context, _, { email, password }) => setPassword(context, actor, email, { password, hasher }),
    ends: ['userToken'],
  },
  {
    name: 'a user who resets the password',
    async cut(context, _, { email, password }) {
      const { link } = await createResetLink(context, actor, email, null);
      await resetPassword(context, actor, { token: link.split('#t=')[1] ?? '', password, hasher });
    },
    ends: ['userToken'],
  },
  {
    name: 'a user who is taken out of the organization',
    async cut(context, _, { email, organizationId }) {
      await removeMember(context, actor, { organizationId, email });
    },
    isForGood: true,
    ends: ['userToken'],
  },
  {
    name: 'a refresh token that is revoked',
    cut: (_, bindery, tenant) => revoke(bindery, tenant, tenant.refreshToken),
    ends: ['userToken'],
  },
  {
    name: 'a refresh token that is used again',
    async cut(_, bindery, tenant) {
      const refresh = () =>
        postForm(bindery, '/connect/token', {
          ...credentialsOf(tenant),
          grant_type: 'refresh_token',
          refresh_token: tenant.refreshToken,
        });
      assert.equal((await refresh()).status, 200);
      assert.equal((await refresh()).status, 400);
    },
    ends: ['userToken'],
  },
  {
    name: "a client's own token that is revoked",
    cut: (_, bindery, tenant) => revoke(bindery, tenant, tenant.clientToken),
    ends: ['clientToken'],
  },
];

/** What a tenant's tokens are requested with. */
type Credentials = Pick<Tenant, 'clientId' | 'clientSecret' | 'email' | 'password'>;

async function tokenOf(bindery: Bindery, fields: Readonly<Record<string, string>>) {
  const answer = await postForm(bindery, '/connect/token', fields);
  // The field names are the token endpoint's own.
  const body = (await answer.json()) as { readonly access_token: string; readonly refresh_token?: string };
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body;
}

/** Requests a token of each kind. */
export function newTokens(bindery: Bindery, tenant: Credentials) {
  const client = { client_id: tenant.clientId, client_secret: tenant.clientSecret };
  return {
    clientToken: () => tokenOf(bindery, { ...client, grant_type: 'client_credentials' }),
    userToken: () =>
      tokenOf(bindery, { ...client, grant_type: 'password', username: tenant.email, password: tenant.password }),
  };
}

let tenants = 0;

/** Creates an organization with a client, a member, and tokens of both. */
export async function newTenant(bindery: Bindery, context: ActionContext): Promise<Tenant> {
  tenants += 1;
  const number = tenants;
  const { id: organizationId } = await createOrganization(context, actor, { name: `Tenant ${number}` });
  const { client, clientSecret } = await createClient(context, actor, {
    organizationId,
    name: 'Program',
    access: 'read_write',
    grants: ['client_credentials', 'password', 'refresh_token'],
    secretExpiresAt: null,
  });
  const person = { email: `person${number}@example.com`, password: 'a password of some length' };
  const user = await createUser(context, actor, { ...person, organizationId, role: 'member', hasher: arrangingHasher });
  const made = { organizationId, clientId: client.id, clientSecret, userId: user.id, ...person };
  const tokens = newTokens(bindery, made);
  const own = await tokens.clientToken();
  const members = await tokens.userToken();
  return {
    ...made,
    clientToken: own.access_token,
    userToken: members.access_token,
    refreshToken: members.refresh_token ?? '',
  };
}
