import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { loadConfig } from '@bindery/server/config.ts';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWK, jwtVerify } from 'jose';
import { startTestApp } from '../support/app.ts';
import { createClient } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { type Answer, basic, startTarget, type Target } from '../support/target.ts';
import { getToken } from '../support/token-requests.ts';

const metadataPaths = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const;
const jwksPath = '/.well-known/jwks.json';

let target: Target;

before(async () => {
  target = await startTarget();
});
after(() => target[Symbol.asyncDispose]());

const get = (from: Target, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  from.send('', { method: 'GET', path, type: undefined, headers });

async function metadataOf(from: Target): Promise<Record<string, unknown>> {
  return JSON.parse((await get(from, metadataPaths[0])).body) as Record<string, unknown>;
}

async function keySetOf(from: Target): Promise<{ keys: JWK[] }> {
  return JSON.parse((await get(from, jwksPath)).body) as { keys: JWK[] };
}

test('134: the metadata is at both well-known paths, for GET and HEAD only', async () => {
  const [first, second] = await Promise.all(metadataPaths.map((path) => get(target, path)));
  assert.equal(first?.status, 200);
  assert.match(String(first?.headers['content-type']), /^application\/json/);
  assert.equal(first?.headers['x-content-type-options'], 'nosniff');
  assert.equal(first?.body, second?.body);
  assert.equal((await metadataOf(target))['issuer'], target.server.context.config.publicUrl);
  for (const path of [...metadataPaths, jwksPath]) {
    const head = await target.send('', { method: 'HEAD', path, type: undefined });
    assert.equal(head.status, 200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await target.send('', { method, path, type: undefined });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.headers['allow'], 'GET, HEAD');
    }
  }
});

test('134: for an issuer with a path, the well-known part comes before the path, and every URL contains it', async () => {
  await using from = await startTarget({ BINDERY_PUBLIC_URL: 'https://example.com/auth' });
  for (const path of metadataPaths) {
    for (const asked of [`${path}/auth`, `/auth${path}`]) {
      const answer = await get(from, asked);
      assert.equal(answer.status, 200, asked);
      const metadata = JSON.parse(answer.body) as Record<string, unknown>;
      assert.equal(metadata['issuer'], 'https://example.com/auth');
      assert.equal(metadata['token_endpoint'], 'https://example.com/auth/connect/token');
      assert.equal(metadata['jwks_uri'], 'https://example.com/auth/.well-known/jwks.json');
    }
    assert.equal((await get(from, `${path}/other`)).status, 404);
  }
  from.expectToken(await from.send(from.good, { path: '/auth/connect/token' }));
  assert.equal((await get(from, `/auth${jwksPath}`)).status, 200);
});

test('135: the metadata has only members of RFC 8414, none empty, and every URL in it answers', async () => {
  const metadata = await metadataOf(target);
  const known = [
    'issuer',
    'token_endpoint',
    'jwks_uri',
    'scopes_supported',
    'response_types_supported',
    'grant_types_supported',
    'token_endpoint_auth_methods_supported',
    'token_endpoint_auth_signing_alg_values_supported',
    'service_documentation',
    'ui_locales_supported',
    'revocation_endpoint',
    'revocation_endpoint_auth_methods_supported',
    'introspection_endpoint',
    'introspection_endpoint_auth_methods_supported',
  ];
  for (const [name, value] of Object.entries(metadata)) {
    assert.ok(known.includes(name), name);
    if (Array.isArray(value)) {
      assert.ok(value.length > 0, name);
      assert.equal(new Set(value).size, value.length, name);
    }
  }
  const { publicUrl } = target.server.context.config;
  const addresses = Object.entries(metadata).filter(([name]) => /_(?:endpoint|uri)$/.test(name));
  assert.ok(addresses.length >= 2);
  for (const [name, address] of addresses) {
    const path = String(address).slice(publicUrl.length);
    assert.equal(String(address), publicUrl + path);
    const answer = await get(target, path);
    assert.equal(answer.status, name === 'jwks_uri' ? 200 : 405, name);
  }
});

test('136: every grant, scope and authentication method in the metadata works, and no other does', async () => {
  const metadata = await metadataOf(target);
  const grants = metadata['grant_types_supported'] as string[];
  for (const grant_type of [
    'client_credentials',
    'password',
    'refresh_token',
    'authorization_code',
    'urn:ietf:params:oauth:grant-type:device_code',
  ]) {
    const answer = await target.send({ ...target.good, grant_type });
    const isSupported = (JSON.parse(answer.body) as Record<string, unknown>)['error'] !== 'unsupported_grant_type';
    assert.equal(isSupported, grants.includes(grant_type), grant_type);
  }
  for (const scope of metadata['scopes_supported'] as string[]) {
    target.expectToken(await target.send({ ...target.good, scope }));
  }
  assert.deepEqual(metadata['token_endpoint_auth_methods_supported'], ['client_secret_basic', 'client_secret_post']);
  const { clientId, clientSecret } = target.client;
  target.expectToken(
    await target.send(
      { grant_type: 'client_credentials' },
      { headers: { authorization: basic(clientId, clientSecret) } },
    ),
  );
  target.expectToken(await target.send(target.good));
  assert.ok(!JSON.stringify(metadata).includes('none'));
});

test('136: the metadata names the first token path and the scopes that are configured', async () => {
  await using from = await startTarget({ BINDERY_TOKEN_PATHS: '/t,/u', BINDERY_SCOPES: 'one,two' });
  const metadata = await metadataOf(from);
  assert.equal(metadata['token_endpoint'], `${from.server.context.config.publicUrl}/t`);
  assert.deepEqual(metadata['scopes_supported'], ['one', 'two']);
  assert.equal(from.expectToken(await from.send(from.good, { path: '/u' }))['scope'], 'one');
  assert.equal((await from.send(from.good)).status, 404);
});

test('138: the key set has only public members, each key with its own kid, use and alg', async () => {
  for (const [algorithm, bits] of [
    ['ES256', '2048'],
    ['EdDSA', '2048'],
    ['RS256', '2048'],
    ['RS256', '3072'],
  ] as const) {
    await using from = await startTarget({ BINDERY_SIGNING_ALGORITHM: algorithm, BINDERY_RSA_BITS: bits });
    const { keys } = await keySetOf(from);
    assert.equal(keys.length, 1);
    for (const key of keys) {
      const members = { ES256: ['crv', 'x', 'y'], EdDSA: ['crv', 'x'], RS256: ['e', 'n'] }[algorithm];
      assert.deepEqual(Object.keys(key).toSorted(), [...members, 'alg', 'kid', 'kty', 'use'].toSorted());
      assert.equal(key.use, 'sig');
      assert.equal(key.alg, algorithm);
      assert.equal(key.crv, { ES256: 'P-256', EdDSA: 'Ed25519', RS256: undefined }[algorithm]);
      if (algorithm === 'RS256') {
        assert.equal(Buffer.from(key.n ?? '', 'base64url').length * 8, Number(bits));
        assert.equal(key.e, 'AQAB');
      }
    }
  }
  assert.throws(() => loadConfig({ BINDERY_RSA_BITS: '1024' }), /from 2048/);
});

test('139: the key set is cacheable, has a stable ETag and answers 304', async () => {
  const answer = await get(target, jwksPath);
  assert.equal(answer.headers['cache-control'], 'public, max-age=300');
  const etag = String(answer.headers['etag']);
  assert.match(etag, /^"[\w-]{43}"$/);
  assert.equal((await get(target, jwksPath)).headers['etag'], etag);
  for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await get(target, jwksPath, { 'if-none-match': value });
    assert.equal(again.status, 304, value);
    assert.equal(again.body, '');
    assert.equal(again.headers['etag'], etag);
    assert.equal(again.headers['cache-control'], 'public, max-age=300');
  }
  for (const value of ['"x"', etag.slice(1, -1), '']) {
    assert.equal((await get(target, jwksPath, { 'if-none-match': value })).status, 200, value);
  }
});

test('139: the metadata is cacheable, has a stable ETag and answers 304', async () => {
  for (const path of metadataPaths) {
    const answer = await get(target, path);
    assert.match(String(answer.headers['cache-control']), /^public, max-age=\d+$/);
    const etag = String(answer.headers['etag']);
    assert.match(etag, /^"[\w-]{43}"$/);
    const again = await get(target, path, { 'if-none-match': etag });
    assert.equal(again.status, 304);
    assert.equal(again.body, '');
  }
});

/** Another server on the same store, as after a restart with other settings; both clocks are at their start. */
const reopen = (from: Target, environment: Readonly<Record<string, string>>) =>
  startTestApp({ BINDERY_DATA_DIR: from.server.context.config.dataDir, ...environment });

test('140: a new key is published before it signs, the old one until its last token has expired', async () => {
  await using from = await startTarget();
  const verifies = async (token: string, keySet: JSONWebKeySet) => {
    await jwtVerify(token, createLocalJWKSet(keySet), { currentDate: new Date(from.server.context.now()) });
  };
  const tokenNow = async () => String(from.expectToken(await from.send(from.good))['access_token']);
  const oldToken = await tokenNow();
  const oldKid = decodeProtectedHeader(oldToken).kid;
  await using _rotated = await reopen(from, { BINDERY_SIGNING_ALGORITHM: 'RS256' });
  // From now on both keys are published; a key set cached for 300 s contains the new one when it starts signing.
  const cached = await keySetOf(from);
  assert.deepEqual(cached.keys.map(({ alg }) => alg).toSorted(), ['ES256', 'RS256']);
  const newKid = cached.keys.find(({ kid }) => kid !== oldKid)?.kid;

  let lastOldToken = oldToken;
  let seconds = 0;
  for (; decodeProtectedHeader(await tokenNow()).kid === oldKid; seconds += 10) {
    lastOldToken = await tokenNow();
    await verifies(lastOldToken, cached as JSONWebKeySet);
    from.server.advance(10_000);
  }
  assert.ok(seconds > 300, `the new key signed after ${seconds} s`);
  const newToken = await tokenNow();
  assert.equal(decodeProtectedHeader(newToken).kid, newKid);
  await verifies(newToken, cached as JSONWebKeySet);

  // The last token of the old key verifies until it expires, with a newly fetched key set.
  from.server.advance(3600_000 - 11_000);
  const late = await keySetOf(from);
  assert.ok(late.keys.some(({ kid }) => kid === oldKid));
  await verifies(lastOldToken, late as JSONWebKeySet);
  from.server.advance(120_000);
  assert.deepEqual(
    (await keySetOf(from)).keys.map(({ kid }) => kid),
    [newKid],
  );
});

test('141: a key that is retired in the store signs and verifies nothing from the next request on', async () => {
  await using from = await startTarget();
  const token = String(from.expectToken(await from.send(from.good))['access_token']);
  const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': from.client.organizationId };
  assert.equal((await get(from, '/api/binders', headers)).status, 200);
  const { config, now } = from.server.context;
  const other = await openStore(config, 'existing', now);
  try {
    await other.database.queries.updateTable('signing_keys').set({ retires_at: now() }).execute();
  } finally {
    await other.database.close();
  }
  assert.equal((await get(from, '/api/binders', headers)).status, 401);
  assert.deepEqual((await keySetOf(from)).keys, []);
  // A start creates a new key; tokens of the old one are no longer accepted.
  await using _restarted = await reopen(from, {});
  const { keys } = await keySetOf(from);
  assert.equal(keys.length, 1);
  assert.notEqual(keys[0]?.kid, decodeProtectedHeader(token).kid);
  from.expectToken(await from.send(from.good));
  assert.equal((await get(from, '/api/binders', headers)).status, 401);
});

test('142: two processes that need a new key at the same time create one', async () => {
  await using first = await startBindery();
  const client = await createClient(first);
  const oldToken = await getToken(first, client);
  const env = { BINDERY_SIGNING_ALGORITHM: 'RS256' };
  const [one, two] = await Promise.all([
    startBindery({ dataDir: first.dataDir, env }),
    startBindery({ dataDir: first.dataDir, env }),
  ]);
  try {
    for (const bindery of [first, one, two]) {
      const { keys } = (await (await fetch(bindery.url + jwksPath)).json()) as { keys: JWK[] };
      assert.deepEqual(keys.map(({ alg }) => alg).toSorted(), ['ES256', 'RS256']);
      // The new key does not sign yet, so that all three still use the old one.
      const token = await getToken(bindery, client);
      assert.equal(decodeProtectedHeader(token).kid, decodeProtectedHeader(oldToken).kid);
    }
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});
