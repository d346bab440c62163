import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadConfig } from '@bindery/server/config.ts';
import { grantScope } from '@bindery/server/domain/scope.ts';
import { decodeJwt } from 'jose';
import { startTarget, type Target } from '../support/target.ts';

let target: Target;

before(async () => {
  target = await startTarget();
});
after(() => target[Symbol.asyncDispose]());

const ask = (more: Readonly<Record<string, string>> = {}) => target.send({ ...target.good, ...more });

function claimsOf(answer: Readonly<Record<string, unknown>>) {
  return decodeJwt(String(answer['access_token']));
}

test('46: a client gets a Bearer token for itself, and no refresh token', async () => {
  const answer = target.expectToken(await ask());
  assert.equal(answer['token_type'], 'Bearer');
  assert.equal('refresh_token' in answer, false);
  const claims = claimsOf(answer);
  assert.equal(claims.sub, target.client.clientId);
  assert.equal(claims['client_id'], target.client.clientId);
});

test('47: no client is without a secret: an id alone gets nothing', async () => {
  const { grant_type, client_id } = target.good as Record<'grant_type' | 'client_id', string>;
  await target.expectRefusal(await target.send({ grant_type, client_id }), 401, 'invalid_client');
  const header = { authorization: `Basic ${Buffer.from(`${client_id}:`).toString('base64')}` };
  await target.expectRefusal(await target.send({ grant_type }, { headers: header }), 401, 'invalid_client');
});

test('48: each scope name is returned as requested, in the requested order, and only once', async () => {
  for (const [scope, granted] of [
    ['public', 'public'],
    ['ibinder_public', 'ibinder_public'],
    ['public ibinder_public', 'public ibinder_public'],
    ['ibinder_public public', 'ibinder_public public'],
    ['public public', 'public'],
    ['public ibinder_public public', 'public ibinder_public'],
  ] as const) {
    const answer = target.expectToken(await ask({ scope }));
    assert.equal(answer['scope'], granted);
    assert.equal(claimsOf(answer)['scope'], granted);
  }
});

test('49: a scope that is not offered refuses the whole request, and nothing is narrowed silently', async () => {
  for (const scope of ['all', 'admin', 'openid', 'offline_access', 'read_write', 'public admin', 'admin public']) {
    await target.expectRefusal(await ask({ scope }), 400, 'invalid_scope', scope);
  }
});

test('50: a scope is compared exactly', async () => {
  for (const scope of [
    'Public',
    'PUBLIC',
    'publi',
    'public2',
    'public:all',
    'public.*',
    'public*',
    '*',
    '.*',
    'public,ibinder_public',
    'ibinder public',
    '__proto__',
    'length',
    '0',
  ]) {
    await target.expectRefusal(await ask({ scope }), 400, 'invalid_scope', scope);
  }
});

test('51: a scope outside the grammar is refused', async () => {
  for (const scope of [
    '"',
    '\\',
    'public"',
    'public\\',
    'public  ibinder_public',
    ' public',
    'public ',
    ' ',
    'publicø',
    'рublic',
    'public\u00a0ibinder_public',
    'public\u2028',
    'public\u0085',
  ]) {
    await target.expectRefusal(await ask({ scope }), 400, 'invalid_scope', scope);
  }
  // Control characters are refused before the scope is read.
  await target.expectRefusal(await ask({ scope: 'public\tibinder_public' }), 400, 'invalid_request');
});

test('52: if no scope is offered, nothing is granted and the server does not start', () => {
  for (const asked of [undefined, 'public', '']) {
    assert.throws(() => grantScope(asked, []));
  }
  assert.throws(() => loadConfig({ BINDERY_SCOPES: ',' }), /BINDERY_SCOPES/);
  assert.throws(() => loadConfig({ BINDERY_SCOPES: ' ' }), /BINDERY_SCOPES/);
});

test('53: a token carries the access of its client, whatever scope was requested', async () => {
  for (const access of ['read', 'read_write'] as const) {
    const client = await target.newClient({ access });
    const own = { client_id: client.clientId, client_secret: client.clientSecret };
    assert.equal(claimsOf(target.expectToken(await ask(own)))['access'], access);
    for (const scope of ['admin org:*', 'read_write', 'write', 'public write']) {
      await target.expectRefusal(await ask({ ...own, scope }), 400, 'invalid_scope', scope);
    }
  }
});

test('54: a resource other than the audience is refused, however similar', async () => {
  const { audience, publicUrl } = target.server.context.config;
  assert.equal(claimsOf(target.expectToken(await ask({ resource: audience }))).aud, audience);
  for (const resource of [
    'https://evil.example/api',
    publicUrl,
    `${audience}/`,
    `${audience}/binders`,
    `${audience}#x`,
    `${audience}?x=1`,
    `${audience} ${audience}`,
    audience.toUpperCase(),
    audience.replace('http:', 'https:'),
    audience.slice(0, -1),
    '/api',
    'api',
    '*',
    'urn:x',
    'ø',
  ]) {
    await target.expectRefusal(await ask({ resource }), 400, 'invalid_target', resource);
  }
});

test('56: parameters that name a user, an organization or an access change nothing in the token', async () => {
  const other = await target.server.newClient();
  const names = [
    'tenant',
    'sub',
    'org_id',
    'organization_id',
    'x-tenant-id',
    'access',
    'aud',
    'audience',
    'iss',
    'role',
    'expires_in',
    'exp',
    'user_id',
  ];
  const more = Object.fromEntries(names.map((name) => [name, other.organizationId]));
  const people = { username: 'owner@example.com', password: 'correct horse battery staple' };
  const plain = claimsOf(target.expectToken(await ask()));
  const crowded = claimsOf(target.expectToken(await ask({ ...more, ...people })));
  const header = await target.send(target.good, { headers: { 'x-tenant-id': other.organizationId } });
  for (const claims of [crowded, claimsOf(target.expectToken(header))]) {
    assert.deepEqual({ ...claims, jti: '' }, { ...plain, jti: '' });
  }
});

test('58: a token lifetime is from one minute to one day, an hour by default; otherwise the server does not start', async () => {
  assert.equal(loadConfig({}).accessTokenLifetimeSeconds, 3600);
  for (const lifetime of ['0', '-1', '59', '86401', '1e9', '1e3.5', '3600.5', 'NaN', 'Infinity', '1h', ' ']) {
    assert.throws(
      () => loadConfig({ BINDERY_ACCESS_TOKEN_LIFETIME: lifetime }),
      /BINDERY_ACCESS_TOKEN_LIFETIME must be a whole number from 60 to 86400/,
      lifetime,
    );
  }
  await using short = await startTarget({ BINDERY_ACCESS_TOKEN_LIFETIME: '60' });
  const answer = short.expectToken(await short.send(short.good));
  const claims = claimsOf(answer);
  assert.equal(answer['expires_in'], 60);
  assert.equal(Number(claims.exp) - Number(claims.iat), 60);
});
