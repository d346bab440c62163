import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { expectAuthenticated, postForm } from '../support/token-requests.ts';

let bindery: Bindery;

before(async () => {
  bindery = await startBindery();
});
after(() => bindery[Symbol.asyncDispose]());

test('a token from any of the three paths is accepted by the guarded API', async () => {
  const client = await createClient(bindery);
  for (const path of ['/connect/token', '/access_token', '/oauth/token']) {
    const response = await postForm(bindery, path, {
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
      scope: 'ibinder_public',
    });
    assert.equal(response.status, 200);
    const answer = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(answer), ['token_type', 'expires_in', 'access_token', 'scope']);
    const binders = await fetch(`${bindery.url}/api/binders`, {
      headers: { authorization: `Bearer ${answer['access_token']}`, 'x-ibinder-tenantid': client.organization_id },
    });
    assert.equal(binders.status, 200);
  }
});

test('a change made on the command line applies to the very next request, on PostgreSQL within a second', async () => {
  const client = await createClient(bindery);
  await expectAuthenticated(bindery, client, true);
  await bindery.cliJson(['client', 'disable', client.client_id]);
  await expectAuthenticated(bindery, client, false);
  await bindery.cliJson(['client', 'enable', client.client_id]);
  await expectAuthenticated(bindery, client, true);
  await bindery.cliJson(['org', 'api-clients', 'off', client.organization_id]);
  await expectAuthenticated(bindery, client, false);
});
