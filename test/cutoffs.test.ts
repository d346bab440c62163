import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createGuard, type Guard, GuardError, hashCutoff } from '@bindery/guard';
import {
  deleteClient,
  createClient as makeClient,
  rotateSecret,
  updateClient,
} from '@bindery/server/actions/clients.ts';
import type { ActionContext, Actor } from '@bindery/server/actions/context.ts';
import { createResetLink, resetPassword } from '@bindery/server/actions/invitations.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { createOrganization, deleteOrganization, switchOrganization } from '@bindery/server/actions/organizations.ts';
import { createUser, removeMember, setPassword, setUserState } from '@bindery/server/actions/users.ts';
import { loadConfig } from '@bindery/server/config.ts';
import { PasswordHasher } from '@bindery/server/domain/password.ts';
import { pruneCutoffs, readCutoffSeq } from '@bindery/server/store/cutoffs.ts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Bindery, postForm, startBindery, waitFor } from './harness.ts';

const actor: Actor = { type: 'system', id: null, address: null, userAgent: null, requestId: null };
const hasher = new PasswordHasher();

/** An organization with a client and a member, and tokens of both. */
interface Tenant {
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

/** One way in which something is cut off, and whose tokens end. */
interface Way {
  readonly name: string;
  readonly cut: (context: ActionContext, bindery: Bindery, tenant: Tenant) => Promise<unknown>;
  readonly ends: readonly ('clientToken' | 'userToken')[];
  /** What is to be put right before new tokens can be had; undefined where they can be had at once. */
  readonly undo?: (context: ActionContext, tenant: Tenant) => Promise<unknown>;
  /** Nobody gets new tokens. */
  readonly isForGood?: true;
}

const clientOf = ({ organizationId, clientId }: Tenant) => ({ organizationId, clientId });
const credentialsOf = ({ clientId, clientSecret }: Tenant) => ({ client_id: clientId, client_secret: clientSecret });
const both = ['clientToken', 'userToken'] as const;

async function revoke(bindery: Bindery, tenant: Tenant, token: string): Promise<void> {
  const answer = await postForm(bindery, '/oauth/revoke', { ...credentialsOf(tenant), token });
  assert.equal(answer.status, 200);
}

const ways: readonly Way[] = [
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

describe('what is cut off', () => {
  let bindery: Bindery;
  let context: ActionContext;
  let guard: Guard;

  before(async () => {
    bindery = await startBindery({ env: { BINDERY_REFRESH_TOKEN_GRACE: '0', BINDERY_LOG_LEVEL: 'warn' } });
    // As another process than the server, which the command line is.
    context = await openStore(
      loadConfig({ ...bindery.storeEnvironment, BINDERY_PUBLIC_URL: bindery.url }),
      'existing',
      Date.now,
    );
    guard = createGuard({ issuer: bindery.url, audience: `${bindery.url}/api`, cutoffs: { pollSeconds: 1 } });
  });
  after(async () => {
    guard.close();
    await context.database.close();
    await bindery[Symbol.asyncDispose]();
  });

  const token = async (fields: Readonly<Record<string, string>>) => {
    const answer = await postForm(bindery, '/connect/token', fields);
    const body = (await answer.json()) as { access_token: string; refresh_token?: string };
    assert.equal(answer.status, 200, JSON.stringify(body));
    return body;
  };
  const clientTokenOf = (tenant: Pick<Tenant, 'clientId' | 'clientSecret'>) =>
    token({ client_id: tenant.clientId, client_secret: tenant.clientSecret, grant_type: 'client_credentials' });
  const userTokenOf = (tenant: Pick<Tenant, 'clientId' | 'clientSecret' | 'email' | 'password'>) =>
    token({
      ...{ client_id: tenant.clientId, client_secret: tenant.clientSecret },
      ...{ grant_type: 'password', username: tenant.email, password: tenant.password },
    });

  let tenants = 0;
  async function newTenant(): Promise<Tenant> {
    tenants += 1;
    const { id: organizationId } = await createOrganization(context, actor, { name: `Tenant ${tenants}` });
    const { client, clientSecret } = await makeClient(context, actor, {
      organizationId,
      name: 'Program',
      access: 'read_write',
      grants: ['client_credentials', 'password', 'refresh_token'],
      secretExpiresAt: null,
    });
    const person = { email: `person${tenants}@example.com`, password: 'a password of some length' };
    const user = await createUser(context, actor, { ...person, organizationId, role: 'member', hasher });
    const made = { organizationId, clientId: client.id, clientSecret, userId: user.id, ...person };
    const own = await clientTokenOf(made);
    const members = await userTokenOf(made);
    return {
      ...made,
      clientToken: own.access_token,
      userToken: members.access_token,
      refreshToken: members.refresh_token ?? '',
    };
  }

  /** What an API elsewhere, the API beside the server, and introspection say of a token. */
  async function isLive(tenant: Pick<Tenant, 'organizationId'>, accessToken: string) {
    const headers = { authorization: `Bearer ${accessToken}`, 'x-tenant-id': tenant.organizationId };
    const elsewhere = await guard.verify(new Request('https://api.example.com/', { headers })).then(
      () => true,
      (error: unknown) => {
        assert.ok(error instanceof GuardError);
        assert.equal(error.code, 'token_cut_off');
        return false;
      },
    );
    const beside = await fetch(`${bindery.url}/api/binders`, { headers });
    assert.ok(beside.status === 200 || beside.status === 401, String(beside.status));
    if (beside.status === 401) assert.match(beside.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    return { elsewhere, beside: beside.status === 200 };
  }

  const live = { elsewhere: true, beside: true };
  const dead = { elsewhere: false, beside: false };

  for (const way of ways) {
    test(`${way.name} has its live tokens refused everywhere, and nobody else's`, async () => {
      const tenant = await newTenant();
      const bystander = await newTenant();
      for (const kind of both) assert.deepEqual(await isLive(tenant, tenant[kind]), live, `${kind} at first`);
      await way.cut(context, bindery, tenant);
      for (const kind of way.ends) {
        await waitFor(async () => {
          const seen = await isLive(tenant, tenant[kind]);
          return seen.beside || seen.elsewhere ? undefined : true;
        });
      }
      for (const kind of both) {
        const expected = way.ends.includes(kind) ? dead : live;
        assert.deepEqual(await isLive(tenant, tenant[kind]), expected, kind);
        assert.deepEqual(await isLive(bystander, bystander[kind]), live, `${kind} of a bystander`);
      }
      if (way.isForGood) return;
      await way.undo?.(context, tenant);
      // A token that is asked for at once is not born dead.
      const again = { clientToken: () => clientTokenOf(tenant), userToken: () => userTokenOf(tenant) };
      for (const kind of way.ends) {
        const { access_token } = await waitFor(() => again[kind]().catch(() => undefined));
        assert.deepEqual(await isLive(tenant, access_token), live, `a new ${kind}`);
        assert.deepEqual(await isLive(tenant, tenant[kind]), dead, `the old ${kind}`);
      }
    });
  }

  test('the list is signed, says when, and names nobody', async () => {
    const tenant = await newTenant();
    await updateClient(context, actor, clientOf(tenant), { access: 'read' });
    const hash = hashCutoff(bindery.url, 'client', tenant.clientId);
    const document = await waitFor(async () => {
      const answer = await fetch(`${bindery.url}/.well-known/bindery-cutoffs`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/jwt');
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
      const text = await answer.text();
      return text.includes('.') && Buffer.from(text.split('.')[1] ?? '', 'base64url').includes(hash)
        ? { text, etag: answer.headers.get('etag') }
        : undefined;
    });
    const keys = createRemoteJWKSet(new URL(`${bindery.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify<{ cutoffs: Record<string, Record<string, number>> }>(document.text, keys, {
      typ: 'bindery-cutoffs+jwt',
      issuer: bindery.url,
    });
    const cutAt = payload.cutoffs['client']?.[hash] ?? 0;
    assert.ok(Math.abs(cutAt - Date.now() / 1000) < 60, `${cutAt}`);
    assert.deepEqual(Object.keys(payload.cutoffs).toSorted(), [
      ...['client', 'member', 'organization', 'session', 'token', 'user'],
    ]);
    for (const id of [tenant.clientId, tenant.organizationId, tenant.userId]) {
      assert.ok(!JSON.stringify(payload).includes(id));
    }
    const again = await fetch(`${bindery.url}/.well-known/bindery-cutoffs`, {
      headers: { 'if-none-match': document.etag ?? '' },
    });
    // Between the two a minute may have begun, and the list is signed anew.
    assert.ok([200, 304].includes(again.status));
  });

  test('the number of the list grows with every cut, and stays when what has ended is forgotten', async () => {
    const { queries } = context.database;
    const tenant = await newTenant();
    const first = await readCutoffSeq(queries);
    await updateClient(context, actor, clientOf(tenant), { access: 'read' });
    await updateClient(context, actor, clientOf(tenant), { state: 'disabled' });
    assert.equal(await readCutoffSeq(queries), first + 2);
    await updateClient(context, actor, clientOf(tenant), { state: 'active' });
    await updateClient(context, actor, clientOf(tenant), { name: 'Another name' });
    assert.equal(await readCutoffSeq(queries), first + 2, 'what takes nothing away is no cut');
    const removed = await pruneCutoffs(context.database, Date.now() + 100 * 86_400_000, 1000);
    assert.ok(removed >= 2);
    assert.equal(await readCutoffSeq(queries), first + 2);
  });

  test('a cut that is undone with its transaction was none', async () => {
    const tenant = await newTenant();
    const first = await readCutoffSeq(context.database.queries);
    const target = { ...clientOf(tenant), version: 99 };
    await assert.rejects(deleteClient(context, actor, target), { code: 'precondition_failed' });
    assert.equal(await readCutoffSeq(context.database.queries), first);
  });
});
