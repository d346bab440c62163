import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, testActor } from '../../../../test/support/app.ts';
import { ApiError } from '../errors.ts';
import { findApiCredential } from '../store/api-credentials.ts';
import { createApiCredential, deleteApiCredential, readApiCredentials } from './api-credentials.ts';

const page = { number: 1, size: 100 };

test("only the hash of an API credential's secret is stored", async () => {
  await using server = await startTestApp();
  const { credential, clientSecret } = await createApiCredential(server.context, testActor, {
    name: '  Binders API ',
    audience: 'https://api.example.com/api',
  });
  assert.match(credential.id, /^api_[0-9A-Za-z]{22}$/);
  assert.match(clientSecret, /^bindery_secret_[0-9A-Za-z]{49}$/);
  assert.equal(credential.name, 'Binders API');
  assert.equal(credential.lastFour, clientSecret.slice(-4));
  assert.deepEqual(await findApiCredential(server.context.database.queries, credential.id), credential);
  assert.deepEqual(await readApiCredentials(server.context, page), [credential]);
  const rows = JSON.stringify(
    await server.context.database.queries.selectFrom('api_credentials').selectAll().execute(),
  );
  assert.ok(!rows.includes(clientSecret));
});

test('an invalid name or audience is refused and nothing is stored', async () => {
  await using server = await startTestApp();
  for (const input of [
    { name: '', audience: 'x' },
    { name: 'API', audience: '' },
    { name: 'API', audience: 'with space' },
    { name: 'API', audience: 'x'.repeat(501) },
    { name: 'API', audience: 'å' },
  ]) {
    await assert.rejects(
      createApiCredential(server.context, testActor, input),
      (error: unknown) => error instanceof ApiError && error.code === 'invalid_input',
    );
  }
  assert.deepEqual(await readApiCredentials(server.context, page), []);
});

test('a deleted credential is gone, and deleting it again is not_found', async () => {
  await using server = await startTestApp();
  const { credential } = await createApiCredential(server.context, testActor, { name: 'API', audience: 'x' });
  assert.equal((await deleteApiCredential(server.context, testActor, credential.id)).id, credential.id);
  assert.equal(await findApiCredential(server.context.database.queries, credential.id), undefined);
  await assert.rejects(
    deleteApiCredential(server.context, testActor, credential.id),
    (error: unknown) => error instanceof ApiError && error.code === 'not_found',
  );
});
