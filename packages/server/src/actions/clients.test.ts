import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, testActor } from '../../../../test/support/app.ts';
import { setSecretExpiry } from './client-secrets.ts';
import { readClient } from './clients.ts';

test('a secret expires now, even if the clock moves on meanwhile', async () => {
  await using server = await startTestApp();
  const { clientId, organizationId } = await server.newClient();
  const moving = {
    ...server.context,
    now: () => {
      server.advance(1);
      return server.context.now();
    },
  };
  const { secrets } = await readClient(server.context, organizationId, clientId);
  await setSecretExpiry(moving, testActor, { organizationId, clientId, secretId: secrets[0]?.id ?? '' }, 'now');
  server.advance(1);
  assert.deepEqual((await readClient(server.context, organizationId, clientId)).secrets, []);
  const entries = await server.context.database.queries.selectFrom('audit_entries').select('action').execute();
  assert.ok(entries.some(({ action }) => action === 'client.end_secret'));
});
