import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutoffsPath } from '@bindery/guard/issuer';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { startTestApp, testActor } from '../../../../test/support/app.ts';
import { rotateSecret } from '../actions/client-secrets.ts';
import { deleteClient, updateClient } from '../actions/clients.ts';

const form = (client: { clientId: string; clientSecret: string }) => ({
  grant_type: 'client_credentials',
  client_id: client.clientId,
  client_secret: client.clientSecret,
});

test('the list has its own type, a number and a time, and its ETag avoids sending it again', async () => {
  await using server = await startTestApp();
  const first = await server.app.inject(cutoffsPath);
  assert.equal(first.statusCode, 200);
  assert.equal(first.headers['content-type'], 'application/jwt');
  assert.equal(first.headers['cache-control'], 'no-cache');
  assert.equal(decodeProtectedHeader(first.body).typ, 'bindery-cutoffs+jwt');
  const { iat, seq } = decodeJwt<{ seq: number }>(first.body);
  assert.equal(iat, server.context.now() / 1000);
  const etag = String(first.headers.etag);
  const again = await server.app.inject({ url: cutoffsPath, headers: { 'if-none-match': `"x", ${etag}` } });
  assert.deepEqual({ status: again.statusCode, body: again.body }, { status: 304, body: '' });

  const client = await server.newClient();
  await updateClient(server.context, testActor, client, { access: 'read' });
  const changed = await server.app.inject({ url: cutoffsPath, headers: { 'if-none-match': etag } });
  assert.equal(changed.statusCode, 200);
  assert.equal(decodeJwt<{ seq: number }>(changed.body).seq, seq + 1);
});

test('the list is signed again every minute, so that an old one cannot be replayed for long', async () => {
  await using server = await startTestApp();
  const { headers, body } = await server.app.inject(cutoffsPath);
  server.advance(60_000);
  const later = await server.app.inject({ url: cutoffsPath, headers: { 'if-none-match': String(headers.etag) } });
  assert.equal(later.statusCode, 200);
  assert.equal(decodeJwt(later.body).iat, (decodeJwt(body).iat ?? 0) + 60);
});

test('an entry is removed once no token can be concerned by it', async () => {
  await using server = await startTestApp({ BINDERY_ACCESS_TOKEN_LIFETIME: '86400' });
  const client = await server.newClient();
  await updateClient(server.context, testActor, client, { access: 'read' });
  const entries = async () => {
    // Any change of the store makes the server read the list again.
    await server.context.database.transaction(async () => undefined);
    const { body } = await server.app.inject(cutoffsPath);
    return Object.keys(decodeJwt<{ cutoffs: { client: object } }>(body).cutoffs.client).length;
  };
  assert.equal(await entries(), 1);
  server.advance(86_400_000 + 60_000);
  assert.equal(await entries(), 1);
  // The list is signed again with the next minute.
  server.advance(60_000);
  assert.equal(await entries(), 0);
});

test('a token for a subject that was cut off in this second is issued in the next', async () => {
  await using server = await startTestApp();
  const client = await server.newClient();
  const { clientSecret } = await rotateSecret(server.context, testActor, client, {
    overlapMilliseconds: 0,
    secretExpiresAt: null,
  });
  const answer = await server.post('/connect/token', form({ ...client, clientSecret }));
  const token: string = answer.json().access_token;
  assert.equal(decodeJwt(token).iat, server.context.now() / 1000 + 1);
  const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': client.organizationId };
  assert.equal((await server.app.inject({ url: '/api/binders', headers })).statusCode, 200);
  const bystander = await server.newClient();
  const other = await server.post('/connect/token', form(bystander));
  assert.equal(decodeJwt(other.json().access_token).iat, server.context.now() / 1000, 'others do not wait');
});

test('a token whose client is deleted while it is issued is refused, and the audit log says why', async () => {
  await using server = await startTestApp();
  const client = await server.newClient();
  const { database } = server.context;
  // The client is deleted after the token's entry is written and before the response is sent.
  const runTogether = database.runTogether.bind(database);
  let isDeleted = false;
  Object.assign(database, {
    runTogether: async (...statements: Parameters<typeof runTogether>) => {
      await runTogether(...statements);
      if (!isDeleted) {
        isDeleted = true;
        await deleteClient(server.context, testActor, client);
      }
    },
  });
  const answer = await server.post('/connect/token', form(client));
  assert.equal(answer.statusCode, 401);
  assert.equal(answer.json().error, 'invalid_client');
  assert.ok(isDeleted);
  const reasons = await database.queries.selectFrom('audit_entries').select('reason').execute();
  assert.ok(reasons.some(({ reason }) => reason === 'cut_off_meanwhile'));
});
