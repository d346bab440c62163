import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { createClient, updateClient } from './clients.ts';
import { inspectToken } from './inspect-token.ts';
import { createUser } from './users.ts';

async function tokenOf(server: TestApp, client: { clientId: string; clientSecret: string }): Promise<string> {
  const answer = await server.post('/connect/token', {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  return String((JSON.parse(answer.body) as Record<string, unknown>)['access_token']);
}

for (const algorithm of ['ES256', 'RS256', 'EdDSA']) {
  test(`nothing is wrong with a good token of ${algorithm}, and a changed one is told by its signature`, async () => {
    await using server = await startTestApp({ BINDERY_SIGNING_ALGORITHM: algorithm });
    const client = await server.newClient();
    const token = await tokenOf(server, client);
    const { kind, facts, problems } = await inspectToken(server.context, token);
    assert.equal(kind, 'an access token (RFC 9068)');
    assert.deepEqual(problems, []);
    assert.equal(facts['algorithm'], algorithm);
    assert.equal(facts['client_id'], client.clientId);
    assert.equal(facts['expires_at'], new Date(server.context.now() + 3600_000).toISOString());
    const [header, claims = '', signature] = token.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), access: 'read' }),
    ).toString('base64url');
    assert.deepEqual((await inspectToken(server.context, `${header}.${other}.${signature}`)).problems, [
      'its signature is wrong: it was changed, or not issued by this Bindery',
    ]);
  });
}

test('all problems of an access token are reported, not only the first', async () => {
  await using server = await startTestApp();
  const client = await server.newClient();
  const token = await tokenOf(server, client);
  const target = { organizationId: client.organizationId, clientId: client.clientId };
  await updateClient(server.context, testActor, target, { state: 'disabled' });
  server.advance(3600_000);
  assert.deepEqual((await inspectToken(server.context, token)).problems, [
    'it has expired',
    'it was revoked, or its client, user or organization is disabled or gone',
  ]);
});

test('a token of another issuer and audience is reported as such', async () => {
  await using other = await startTestApp({ BINDERY_PUBLIC_URL: 'https://other.example.com' });
  await using server = await startTestApp();
  const token = await tokenOf(other, await other.newClient());
  const { problems } = await inspectToken(server.context, token);
  assert.deepEqual(problems, [
    'it was signed with a key that this Bindery does not have, or no longer has',
    'its issuer is not this Bindery, http://localhost:8080',
    'its audience is not the API, http://localhost:8080/api',
    'it was revoked, or its client, user or organization is disabled or gone',
  ]);
});

test("a token signed with another algorithm than its key's, or with none, is reported as such", async () => {
  await using server = await startTestApp();
  const token = await tokenOf(server, await server.newClient());
  const [header = '', claims = ''] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  for (const alg of ['none', 'HS256', 'RS256']) {
    const forged = Buffer.from(JSON.stringify({ alg, kid, typ: 'at+jwt' })).toString('base64url');
    const signature = createHmac('sha256', 'x').update(`${forged}.${claims}`).digest('base64url');
    const { problems } = await inspectToken(server.context, `${forged}.${claims}.${signature}`);
    assert.deepEqual(problems, ['its alg is not ES256, the algorithm of its key']);
  }
});

test('a refresh token is reported with its times, and as used, expired or revoked', async () => {
  await using server = await startTestApp();
  const { organizationId } = await server.newClient();
  const { client, clientSecret } = await createClient(server.context, testActor, {
    organizationId,
    name: 'Sign-in',
    access: 'read',
    grants: ['password', 'refresh_token'],
    secretExpiresAt: null,
  });
  const password = 'correct horse battery';
  const email = 'ana@example.com';
  const hasher = server.hasher;
  const user = await createUser(server.context, testActor, { organizationId, email, role: 'member', password, hasher });
  const ask = async (path: string, fields: Readonly<Record<string, string>>) => {
    const answer = await server.post(path, { client_id: client.id, client_secret: clientSecret, ...fields });
    return JSON.parse(answer.body || '{}') as { access_token: string; refresh_token: string };
  };
  const first = await ask('/connect/token', { grant_type: 'password', username: email, password });
  const good = await inspectToken(server.context, first.refresh_token);
  assert.deepEqual([good.kind, good.problems], ['a refresh token', []]);
  assert.equal(good.facts['user_id'], user.id);
  assert.equal(good.facts['idle_until'], new Date(server.context.now() + 30 * 86_400_000).toISOString());
  assert.deepEqual((await inspectToken(server.context, first.access_token)).problems, []);
  const second = await ask('/connect/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token });
  const problemsOf = async (token: string) => (await inspectToken(server.context, token)).problems;
  assert.deepEqual(await problemsOf(first.refresh_token), ['it was already used: there is a newer one']);
  assert.deepEqual(await problemsOf(second.refresh_token), []);
  // Inspecting it did not use it.
  await ask('/oauth/revoke', { token: second.refresh_token });
  assert.deepEqual(await problemsOf(second.refresh_token), ['it was revoked']);
  server.advance(91 * 86_400_000);
  assert.deepEqual(await problemsOf(second.refresh_token), ['it was revoked', 'it has expired']);
});

test('other texts are told apart: a secret, an unknown refresh token, anything else', async () => {
  await using server = await startTestApp();
  const { clientSecret } = await server.newClient();
  const inspect = (text: string) => inspectToken(server.context, text);
  const secret = await inspect(clientSecret);
  assert.equal(secret.kind, 'a client secret, not a token');
  assert.deepEqual(secret.problems, ['exchange it at the token endpoint; never send it to an API']);
  assert.ok(!JSON.stringify(secret).includes(clientSecret));
  assert.equal((await inspect(`${clientSecret.slice(0, -1)}_`)).problems.length, 2);
  assert.deepEqual((await inspect(`bindery_refresh_${'0'.repeat(87)}`)).problems, [
    'it was not issued by this Bindery, or it was deleted after it expired',
  ]);
  for (const text of ['', 'x', 'a.b', 'a.b.c', 'bnVsbA.bnVsbA.x', 'W10.W10.x', '.'.repeat(10_000)]) {
    const { kind, problems } = await inspect(text);
    assert.equal(kind, 'not a Bindery token', text.slice(0, 20));
    assert.deepEqual(problems, ['it is not a JWT with three parts']);
  }
  const strange = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"iat":1e300}').toString('base64url')}.`;
  assert.equal((await inspect(strange)).kind, 'a JWT, but not an access token');
});
