import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { fillDisk } from '../../../../test/support/stores.ts';
import { rotateSecret } from '../actions/client-secrets.ts';
import { updateClient } from '../actions/clients.ts';
import { switchOrganization } from '../actions/organizations.ts';
import type { AuditRecord } from '../domain/audit-entry.ts';
import { newClientSecret } from '../domain/client-secret.ts';
import { newClientId } from '../domain/identifier.ts';
import { listAuditEntries } from '../store/audit.ts';

type Client = Awaited<ReturnType<TestApp['newClient']>>;

async function start(test: TestContext): Promise<{ server: TestApp; client: Client }> {
  const server = await startTestApp();
  test.after(() => server[Symbol.asyncDispose]());
  return { server, client: await server.newClient() };
}

const ask = (server: TestApp, client: Client, more: Readonly<Record<string, string>> = {}) =>
  server.post('/connect/token', {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    ...more,
  });

async function decisionsOn(server: TestApp, client: Client): Promise<readonly AuditRecord[]> {
  const entries = await listAuditEntries(server.context.database.queries, { targetId: client.clientId, limit: 1000 });
  return entries.filter(({ action }) => action === 'token.issue');
}

const unknownRefusals = (server: TestApp) =>
  server.context.database.queries.selectFrom('unknown_client_refusals').selectAll().execute();

test('277: a token leaves one entry: who, what, when, from where, and which token and secret', async (t) => {
  const { server, client } = await start(t);
  const answer = await server.app.inject({
    method: 'POST',
    url: '/connect/token',
    remoteAddress: '192.0.2.9',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'job/1.0',
      'x-request-id': 'request-0001',
    },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }).toString(),
  });
  const token = answer.json<{ access_token: string }>().access_token;
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  const decisions = await decisionsOn(server, client);
  assert.equal(decisions.length, 1);
  const { id: _id, details, ...entry } = decisions[0] ?? assert.fail();
  assert.deepEqual(entry, {
    at: server.context.now(),
    actor: {
      type: 'client',
      id: client.clientId,
      address: '192.0.2.9',
      userAgent: 'job/1.0',
      requestId: 'request-0001',
    },
    organizationId: client.organizationId,
    action: 'token.issue',
    target: { type: 'client', id: client.clientId },
    outcome: 'issued',
  });
  assert.equal(details?.['token_id'], claims['jti']);
  assert.match(String(details?.['secret_id']), /^secret_/);
  assert.ok(!JSON.stringify(decisions).includes(client.clientSecret));
  assert.ok(!JSON.stringify(decisions).includes(token));
});

test('277: each refusal of a known client leaves one entry with the reason that the caller is not told', async (t) => {
  const { server, client } = await start(t);
  const { context } = server;
  const reasons: [string, () => Promise<unknown>, Readonly<Record<string, string>>][] = [
    ['wrong_secret', async () => undefined, { client_secret: newClientSecret() }],
    ['mistyped_secret', async () => undefined, { client_secret: `${client.clientSecret.slice(0, -1)}!` }],
    ['invalid_scope', async () => undefined, { scope: 'admin' }],
    ['invalid_target', async () => undefined, { resource: 'https://evil.example' }],
    ['unsupported_grant_type', async () => undefined, { grant_type: 'nonsense' }],
    ['invalid_request', async () => undefined, { grant_type: '' }],
    [
      'api_clients_off',
      () => switchOrganization(context, testActor, client.organizationId, { apiClientsEnabled: false }),
      {},
    ],
    [
      'organization_disabled',
      () => switchOrganization(context, testActor, client.organizationId, { state: 'disabled' }),
      {},
    ],
    ['client_disabled', () => updateClient(context, testActor, client, { state: 'disabled' }), {}],
    [
      'expired_secret',
      () => rotateSecret(context, testActor, client, { overlapMilliseconds: 0, secretExpiresAt: null }),
      {},
    ],
  ];
  const seen = new Set<string>();
  for (const [reason, prepare, more] of reasons) {
    await prepare();
    const answer = await ask(server, client, more);
    assert.ok(answer.statusCode === 400 || answer.statusCode === 401);
    const fresh = (await decisionsOn(server, client)).filter(({ id }) => !seen.has(id));
    assert.deepEqual(
      fresh.map((entry) => [entry.outcome, entry.reason, entry.organizationId]),
      [['refused', reason, client.organizationId]],
    );
    for (const { id } of fresh) {
      seen.add(id);
    }
  }
  assert.deepEqual(await unknownRefusals(server), []);
});

test('277: a request by an unknown client, or without credentials, is counted and leaves no entry', async (t) => {
  const { server, client } = await start(t);
  const before = await listAuditEntries(server.context.database.queries, { limit: 1000 });
  const stranger = { ...client, clientId: newClientId() };
  await ask(server, stranger);
  await ask(server, stranger);
  await server.post('/connect/token', { grant_type: 'client_credentials' });
  const rows = await unknownRefusals(server);
  assert.deepEqual(rows.map(({ reason, address, refused }) => [reason, address, Number(refused)]).toSorted(), [
    ['no_credentials', '127.0.0.1', 1],
    ['unknown_client', '127.0.0.1', 2],
  ]);
  assert.deepEqual(await listAuditEntries(server.context.database.queries, { limit: 1000 }), before);
});

test('a malformed request is not a decision and leaves nothing', async (t) => {
  const { server, client } = await start(t);
  const before = await listAuditEntries(server.context.database.queries, { limit: 1000 });
  await server.post('/connect/token', 'a=1&a=2');
  await server.post('/connect/token', '{}', { 'content-type': 'text/plain' });
  await server.app.inject({ method: 'GET', url: '/connect/token' });
  assert.deepEqual(await listAuditEntries(server.context.database.queries, { limit: 1000 }), before);
  assert.deepEqual(await unknownRefusals(server), []);
  assert.deepEqual(await decisionsOn(server, client), []);
});

test('100 concurrent requests leave 100 entries, a counter and the last use of the secret', async (t) => {
  const { server, client } = await start(t);
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(server, client)));
  const ids = new Set<unknown>();
  for (const answer of answers) {
    assert.equal(answer.statusCode, 200);
    const payload = answer.json<{ access_token: string }>().access_token.split('.')[1] ?? '';
    ids.add((JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>)['jti']);
  }
  const decisions = await decisionsOn(server, client);
  assert.deepEqual(new Set(decisions.map(({ details }) => details?.['token_id'])), ids);
  assert.equal(decisions.length, 100);
  const { queries } = server.context.database;
  const hours = await queries.selectFrom('client_hours').selectAll().execute();
  assert.deepEqual(
    hours.map(({ issued, refused }) => [Number(issued), Number(refused)]),
    [[100, 0]],
  );
  const [secret] = await queries.selectFrom('client_secrets').selectAll().execute();
  assert.deepEqual([Number(secret?.last_used_at), secret?.last_used_address], [server.context.now(), '127.0.0.1']);
});

test('a wrong secret does not count as a use of the right one', async (t) => {
  const { server, client } = await start(t);
  await ask(server, client, { client_secret: newClientSecret() });
  const [secret] = await server.context.database.queries.selectFrom('client_secrets').selectAll().execute();
  assert.equal(secret?.last_used_at, null);
});

test('278: if the entry cannot be written, no token is sent: 503 until it can', async (t) => {
  const { server, client } = await start(t);
  const { queries } = server.context.database;
  // The audit log cannot be written, as on a full disk.
  const makeRoom = await fillDisk(server.context.database);
  for (const more of [{}, { scope: 'admin' }, { client_secret: newClientSecret() }]) {
    const answer = await ask(server, client, more);
    assert.equal(answer.statusCode, 503);
    assert.equal(answer.headers['retry-after'], '5');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.json<Record<string, unknown>>()['error'], 'temporarily_unavailable');
    assert.doesNotMatch(answer.body, /disk full|access_token|sqlite/i);
  }
  assert.match(server.log(), /disk full/);
  assert.ok(!server.log().includes(client.clientSecret));
  assert.deepEqual(await queries.selectFrom('client_hours').selectAll().execute(), []);
  await makeRoom();
  assert.equal((await ask(server, client)).statusCode, 200);
  assert.equal((await decisionsOn(server, client)).length, 1);
});
