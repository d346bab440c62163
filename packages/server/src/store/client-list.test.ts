import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { rotateSecret } from '../actions/client-secrets.ts';
import { createClient } from '../actions/clients.ts';
import { createOrganization } from '../actions/organizations.ts';
import { ClientSearch } from './client-list.ts';

const day = 86_400_000;

let server: TestApp;
let organizationId: string;

before(async () => {
  server = await startTestApp();
  organizationId = (await createOrganization(server.context, testActor, { name: 'One' })).id;
});
after(() => server[Symbol.asyncDispose]());

/** Creates a client whose secret expires after this many days, null for never. */
async function newClient(name: string, days: number | null): Promise<string> {
  const secretExpiresAt = days === null ? null : server.context.now() + days * day;
  const input = { organizationId, name, access: 'read', grants: ['client_credentials'], secretExpiresAt } as const;
  return (await createClient(server.context, testActor, input)).client.id;
}

/** Adds a second secret that expires after this many days; the first one expires in one day. */
function rotate(clientId: string, days: number | null) {
  return rotateSecret(
    server.context,
    testActor,
    { organizationId, clientId },
    {
      overlapMilliseconds: day,
      secretExpiresAt: days === null ? null : server.context.now() + days * day,
    },
  );
}

test('a client is expiring if its last valid secret expires within 14 days, and not earlier', async () => {
  await newClient('never', null);
  await newClient('in 15 days', 15);
  await newClient('in 13 days', 13);
  await rotate(await newClient('rotated for good', null), null);
  await rotate(await newClient('rotated for a month', null), 30);
  await rotate(await newClient('rotated for a week', null), 7);
  await newClient('over', 0.5);
  const expiring = async () => {
    const search = new ClientSearch(server.context.database.queries, organizationId, server.context.now());
    const filter = { usage: 'expiring', sort: 'name' } as const;
    const found = (await search.list(filter, { size: 100, number: 1 })).map(({ client }) => client.name);
    assert.equal(await search.count(filter), found.length);
    return found;
  };
  assert.deepEqual(await expiring(), ['in 13 days', 'over', 'rotated for a week']);
  server.advance(day);
  assert.deepEqual(await expiring(), ['in 13 days', 'rotated for a week']);
  server.advance(1);
  assert.deepEqual(await expiring(), ['in 13 days', 'in 15 days', 'rotated for a week']);
});
