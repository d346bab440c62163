import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { newClaims } from '@bindery/server/domain/access-token.ts';
import { listAuditEntries } from '@bindery/server/store/audit.ts';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose';
import { startTarget, type Target } from '../support/target.ts';

let target: Target;
let rsa: Target;

before(async () => {
  [target, rsa] = await Promise.all([startTarget(), startTarget({ BINDERY_SIGNING_ALGORITHM: 'RS256' })]);
});
after(() => Promise.all([target[Symbol.asyncDispose](), rsa[Symbol.asyncDispose]()]));

async function tokenOf(from: Target, more: Readonly<Record<string, string>> = {}): Promise<string> {
  return String(from.expectToken(await from.send({ ...from.good, ...more }))['access_token']);
}

async function keySetOf(from: Target): Promise<JSONWebKeySet> {
  const answer = await from.send('', { method: 'GET', path: '/.well-known/jwks.json', type: undefined });
  // Read by jose, which checks it.
  return JSON.parse(answer.body) as JSONWebKeySet;
}

test('94: the header has typ, an asymmetric alg and a kid of the key set, and nothing else', async () => {
  for (const [from, alg] of [
    [target, 'ES256'],
    [rsa, 'RS256'],
  ] as const) {
    const header = decodeProtectedHeader(await tokenOf(from));
    const { keys } = await keySetOf(from);
    assert.deepEqual(header, { alg, typ: 'at+jwt', kid: keys[0]?.kid });
  }
});

test('95: every claim that RFC 9068 requires is present, with the right type', async () => {
  const claims = decodeJwt(await tokenOf(target));
  for (const name of ['iss', 'aud', 'sub', 'client_id', 'jti', 'scope']) {
    assert.equal(typeof claims[name], 'string', name);
    assert.notEqual(claims[name], '', name);
  }
  for (const name of ['iat', 'nbf', 'exp']) {
    assert.ok(Number.isSafeInteger(claims[name]), name);
  }
});

test('96: iss equals the issuer in the metadata byte for byte, also with a path, and comes from no header', async () => {
  for (const [publicUrl, issuer] of [
    ['https://auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com/', 'https://auth.example.com'],
    ['https://auth.example.com:8443/tenant/Bindery', 'https://auth.example.com:8443/tenant/Bindery'],
  ] as const) {
    await using from = await startTarget({ BINDERY_PUBLIC_URL: publicUrl });
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const path = '/.well-known/oauth-authorization-server';
    const metadata = await from.send('', { method: 'GET', path, type: undefined, headers });
    const { iss } = decodeJwt(String(from.expectToken(await from.send(from.good, { headers }))['access_token']));
    assert.equal(iss, issuer);
    assert.equal((JSON.parse(metadata.body) as Record<string, unknown>)['issuer'], issuer);
  }
});

test('97: aud is the API, not the token service, and is configurable', async () => {
  const { publicUrl } = target.server.context.config;
  assert.equal(decodeJwt(await tokenOf(target)).aud, `${publicUrl}/api`);
  await using other = await startTarget({ BINDERY_AUDIENCE: 'urn:example:binders' });
  assert.equal(decodeJwt(await tokenOf(other)).aud, 'urn:example:binders');
  await using split = await startTarget({ BINDERY_API_URL: 'https://api.example.com' });
  assert.equal(decodeJwt(await tokenOf(split)).aud, 'https://api.example.com/api');
});

test("98: the token's scope is the scope of the response", async () => {
  for (const scope of ['', 'public', 'ibinder_public', 'ibinder_public public']) {
    const answer = target.expectToken(await target.send({ ...target.good, scope }));
    assert.equal(decodeJwt(String(answer['access_token']))['scope'], answer['scope']);
  }
});

test('99: a client acting for itself is the subject', async () => {
  const claims = decodeJwt(await tokenOf(target));
  assert.equal(claims.sub, target.client.clientId);
  assert.equal(claims['client_id'], target.client.clientId);
});

test('100: no token is bound to a key or claims to be', async () => {
  const answer = await target.send(target.good, { headers: { dpop: 'e30.e30.e30' } });
  const body = target.expectToken(answer);
  assert.equal(body['token_type'], 'Bearer');
  assert.equal('cnf' in decodeJwt(String(body['access_token'])), false);
});

test("101: organization and access are the client's current ones and come from nowhere else", async () => {
  const other = await target.server.newClient('read');
  const headers = { 'x-tenant-id': target.client.organizationId, 'x-ibinder-tenantid': target.client.organizationId };
  const body = { grant_type: 'client_credentials', client_id: other.clientId, client_secret: other.clientSecret };
  const answer = await target.send({ ...body, organization_id: target.client.organizationId }, { headers });
  const claims = decodeJwt(String(target.expectToken(answer)['access_token']));
  assert.equal(claims['organization_id'], other.organizationId);
  assert.equal(claims['access'], 'read');
});

test('102: no two tokens have the same id', async () => {
  const subject = { issuer: 'i', audience: 'a', subject: 's', clientId: 'c', organizationId: 'o', scope: 'public' };
  const ids = new Set<string>();
  for (let count = 0; count < 100_000; count += 1) {
    ids.add(newClaims({ ...subject, access: 'read' }, 3600, 0).jti);
  }
  assert.equal(ids.size, 100_000);
  for (const id of ids) {
    // With 256 random bits, neither a second process nor a restart can produce the same id.
    assert.equal(Buffer.from(id, 'base64url').length, 32);
    break;
  }
});

test('103: a token is valid for expires_in seconds from its iat, and can be used in the same second', async () => {
  const answer = target.expectToken(await target.send(target.good));
  const { iat, nbf, exp } = decodeJwt(String(answer['access_token']));
  assert.equal(Number(exp) - Number(iat), answer['expires_in']);
  assert.equal(nbf, iat);
  assert.equal(iat, Math.floor(target.server.context.now() / 1000));
});

test('104: a token has eleven claims, none of them a name, a secret or an internal id', async () => {
  const token = await tokenOf(target);
  const claims = decodeJwt(token);
  assert.deepEqual(Object.keys(claims).toSorted(), [
    'access',
    'aud',
    'client_id',
    'exp',
    'iat',
    'iss',
    'jti',
    'nbf',
    'organization_id',
    'scope',
    'sub',
  ]);
  const text = JSON.stringify([claims, decodeProtectedHeader(token)]);
  const entries = await listAuditEntries(target.server.context.database.queries, { limit: 100 });
  const secretIds = entries.flatMap(({ details }) =>
    typeof details?.['secret_id'] === 'string' ? [details['secret_id']] : [],
  );
  assert.ok(secretIds.length > 0);
  for (const inside of ['Acme', 'Test client', target.client.clientSecret.slice(-4), ...secretIds]) {
    assert.ok(!text.includes(inside), inside);
  }
});

test('106: a token stays below 4 kB and verifies with jose against the published keys', async () => {
  for (const from of [target, rsa]) {
    const token = await tokenOf(from, { scope: 'public ibinder_public' });
    assert.ok(token.length < 4096);
    const { publicUrl, audience } = from.server.context.config;
    const currentDate = new Date(from.server.context.now());
    const expected = { issuer: publicUrl, audience, typ: 'at+jwt', currentDate };
    await jwtVerify(token, createLocalJWKSet(await keySetOf(from)), expected);
    await assert.rejects(
      jwtVerify(`${token.slice(0, -9)}AAAAAAAAA`, createLocalJWKSet(await keySetOf(from)), expected),
    );
  }
  await target.server.app.listen({ port: 0, host: '127.0.0.1' });
  // It listens on a port, so the address is an object.
  const { port } = target.server.app.server.address() as AddressInfo;
  const remote = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/.well-known/jwks.json`));
  const verified = await jwtVerify(await tokenOf(target), remote, {
    currentDate: new Date(target.server.context.now()),
  });
  assert.equal(verified.payload.sub, target.client.clientId);
});

test('107: an ES256 signature is r and s side by side in 64 bytes', async () => {
  for (let count = 0; count < 50; count += 1) {
    const signature = (await tokenOf(target)).split('.')[2] ?? '';
    const bytes = Buffer.from(signature, 'base64url');
    assert.equal(bytes.length, 64);
    assert.equal(bytes.toString('base64url'), signature);
  }
  // The same input never has the same signature: the nonce of ECDSA is not reused.
  const rs = await Promise.all(Array.from({ length: 20 }, async () => (await tokenOf(target)).split('.')[2] ?? ''));
  const halves = rs.map((signature) =>
    createHash('sha256').update(Buffer.from(signature, 'base64url').subarray(0, 32)).digest('hex'),
  );
  assert.equal(new Set(halves).size, rs.length);
});
