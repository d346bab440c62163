import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@bindery/server/actions/clients.ts';
import { grantsOf } from '@bindery/server/domain/access.ts';
import { ApiError } from '@bindery/server/errors.ts';
import { openApiDocument } from '@bindery/server/openapi/document.ts';
import { testActor } from '../support/app.ts';
import { type Browser, type Site, startSite, type World } from '../support/console.ts';

let site: Site;
let world: World;
let owner: Browser;
let clientSecret: string;
let parameters: { readonly organizationId: string; readonly clientId: string };

before(async () => {
  site = await startSite();
  world = await site.newWorld();
  owner = await site.signedIn(site.owner);
  const made = await createClient(site.server.context, testActor, {
    organizationId: world.organizationId,
    name: 'Mobile app',
    access: 'read',
    grants: grantsOf(true),
    secretExpiresAt: null,
  });
  clientSecret = made.clientSecret;
  parameters = { organizationId: world.organizationId, clientId: made.client.id };
});
after(() => site[Symbol.asyncDispose]());

const credentials = () => ({ client_id: parameters.clientId, client_secret: clientSecret });

async function askToken(fields: Readonly<Record<string, string>>) {
  const answer = await site.server.post('/connect/token', { ...credentials(), ...fields });
  return { status: answer.statusCode, ...answer.json() };
}

async function signIn(user = site.victim) {
  // A revocation reaches tokens of the same second.
  site.server.advance(2000);
  const { email, password } = user;
  const tokens = await askToken({ grant_type: 'password', username: email, password });
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  return tokens;
}

const refresh = (token: string) => askToken({ grant_type: 'refresh_token', refresh_token: token });

async function isActive(token: string): Promise<boolean> {
  const answer = await site.server.post('/oauth/introspect', { ...credentials(), token });
  return answer.json().active === true;
}

async function setGrant(passwordGrant: boolean) {
  const { headers } = await owner.call('getClient', { parameters });
  const version = Number(String(headers['etag']).replaceAll('"', ''));
  return owner.call('updateClient', { parameters, version, body: { passwordGrant } });
}

describe('9.11 owners see and end the sign-ins of the password grant', () => {
  test('who, since when, last used when and from where; members see nothing', async () => {
    await signIn(site.member);
    const tokens = await signIn();
    const since = new Date(site.server.context.now()).toISOString();
    site.server.advance(60_000);
    await refresh(tokens.refresh_token);
    const { json, status } = await owner.call('listSignIns', { parameters });
    assert.equal(status, 200);
    assert.equal(json['totalCount'], 2);
    const [newest] = json['items'] as readonly Record<string, unknown>[];
    assert.deepEqual(newest, {
      id: newest?.['id'],
      userId: site.victim.id,
      email: site.victim.email,
      name: null,
      createdAt: since,
      lastUsedAt: new Date(site.server.context.now()).toISOString(),
      lastUsedAddress: '127.0.0.1',
    });
    const member = await site.signedIn(site.member);
    assert.equal((await member.call('listSignIns', { parameters })).status, 403);
    const foreign = { ...parameters, organizationId: site.foreign.organizationId };
    const stranger = await site.signedIn(site.stranger);
    assert.equal((await stranger.call('listSignIns', { parameters: foreign })).status, 404);
    assert.equal((await stranger.call('endSignIns', { parameters: foreign })).status, 404);
  });

  test('ending one revokes its tokens and no others', async () => {
    const [one, other] = [await signIn(site.member), await signIn()];
    const { json } = await owner.call('listSignIns', { parameters });
    const [newest] = json['items'] as readonly { readonly id: string }[];
    const signInId = newest?.id ?? '';
    assert.equal((await owner.call('endSignIn', { parameters: { ...parameters, signInId } })).status, 204);
    assert.equal((await owner.call('endSignIn', { parameters: { ...parameters, signInId } })).status, 404);
    assert.equal(await isActive(other.access_token), false);
    assert.equal((await refresh(other.refresh_token)).error, 'invalid_grant');
    assert.equal(await isActive(one.access_token), true);
    assert.equal((await refresh(one.refresh_token)).status, 200);
  });

  test('ending all revokes the tokens of all, with an audit entry', async () => {
    const tokens = [await signIn(site.member), await signIn()];
    const { json } = await owner.call('endSignIns', { parameters });
    assert.ok(Number(json['ended']) >= 2);
    for (const { access_token, refresh_token } of tokens) {
      assert.equal(await isActive(access_token), false);
      assert.equal((await refresh(refresh_token)).error, 'invalid_grant');
    }
    assert.equal((await owner.call('listSignIns', { parameters })).json['totalCount'], 0);
    const { items } = (await owner.call('listActivity', { parameters })).json as {
      readonly items: readonly { readonly action: string }[];
    };
    assert.ok(items.some(({ action }) => action === 'client.end_sign_ins'));
  });
});

describe('9.11 the password grant can be given to a client and taken from it', () => {
  test('taking it ends its sign-ins and revokes their tokens; giving it back revives none', async () => {
    const tokens = await signIn();
    assert.equal((await setGrant(false)).status, 200);
    assert.equal(await isActive(tokens.access_token), false);
    assert.equal((await refresh(tokens.refresh_token)).error, 'unauthorized_client');
    const { email, password } = site.victim;
    const refused = await askToken({ grant_type: 'password', username: email, password });
    assert.equal(refused.error, 'unauthorized_client');
    const given = await setGrant(true);
    assert.deepEqual(given.json['grants'], grantsOf(true));
    assert.equal((await refresh(tokens.refresh_token)).error, 'invalid_grant');
    await signIn();
  });

  test('giving it needs a recent password, taking it does not', async () => {
    site.server.advance(11 * 60_000);
    assert.equal((await setGrant(false)).status, 200);
    const refused = await setGrant(true);
    assert.equal(refused.status, 403);
    assert.equal(refused.json['code'], 'reauthentication_required');
  });
});

describe('9.11 the password grant can be switched off for the instance', () => {
  test('it is neither advertised, nor offered, nor accepted', async () => {
    await using off = await startSite({ BINDERY_PASSWORD_GRANT: 'off' });
    const there = await off.newWorld();
    const { context } = off.server;
    const metadata = await off.server.app.inject('/.well-known/oauth-authorization-server');
    assert.deepEqual(metadata.json().grant_types_supported, ['client_credentials']);
    assert.doesNotMatch(
      JSON.stringify(openApiDocument(context.config, 'API').paths['/connect/token']),
      /password|refresh/,
    );
    const guide = await off.server.app.inject('/docs/authentication.md');
    assert.equal(guide.statusCode, 200);
    assert.match(guide.body, /^## Client credentials$/m);
    assert.match(guide.body, /^## Scopes$/m);
    assert.doesNotMatch(guide.body, /^## (?:Password|Refresh token)$|grant_type=password/m);
    for (const grantType of ['password', 'refresh_token']) {
      const answer = await off.server.post('/connect/token', {
        ...{ client_id: there.clientId, client_secret: there.clientSecret, grant_type: grantType },
        ...{ username: off.victim.email, password: off.victim.password, refresh_token: 'x' },
      });
      assert.equal(answer.statusCode, 400);
      assert.equal(answer.json().error, 'unsupported_grant_type', grantType);
    }
    const input = { organizationId: there.organizationId, name: 'Old app', access: 'read' } as const;
    await assert.rejects(
      createClient(context, testActor, { ...input, grants: grantsOf(true), secretExpiresAt: null }),
      (error: unknown) => error instanceof ApiError && error.code === 'conflict',
    );
    const browser = await off.signedIn(off.owner);
    const { organizationId, clientId } = there;
    const given = await browser.call('updateClient', {
      ...{ parameters: { organizationId, clientId }, version: 1, body: { passwordGrant: true } },
    });
    assert.equal(given.status, 409);
    assert.equal((await browser.call('getInstance')).json['passwordGrant'], false);
  });
});
