import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSite } from '../../../../test/support/console.ts';

test('a new secret is returned even if the client is deleted right after the commit', async () => {
  await using site = await startSite();
  const { database } = site.server.context;
  const { organizationId, clientId } = await site.newWorld();
  const browser = await site.signedIn(site.owner);
  const found = await browser.call('getClient', { parameters: { organizationId, clientId } });
  // Right after every commit, all clients are deleted.
  const { transaction } = database;
  Object.assign(database, {
    transaction: async (...given: Parameters<typeof transaction>) => {
      const result = await transaction(...given);
      await database.queries.deleteFrom('api_clients').execute();
      return result;
    },
  });
  const rotated = await browser.call('rotateSecret', {
    parameters: { organizationId, clientId },
    body: { overlapSeconds: 3600, secretExpiresAt: null },
    headers: { 'if-match': String(found.headers.etag) },
  });
  assert.equal(rotated.status, 201, rotated.text);
  assert.match(rotated.json['clientSecret'] as string, /^bindery_secret_/);
  assert.equal((rotated.json['client'] as { secrets: unknown[] }).secrets.length, 2);
  const created = await browser.call('createClient', {
    parameters: { organizationId },
    body: { name: 'Another', access: 'read', secretExpiresAt: null },
  });
  assert.equal(created.status, 201, created.text);
  assert.match(created.json['clientSecret'] as string, /^bindery_secret_/);
  assert.equal((created.json['client'] as { secrets: unknown[] }).secrets.length, 1);
});
