import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../../../../test/support/app.ts';
import { OrganizationClients, organizationOfClient } from './api-clients.ts';

let server: TestApp;
let ours: Awaited<ReturnType<TestApp['newClient']>>;
let theirs: Awaited<ReturnType<TestApp['newClient']>>;

before(async () => {
  server = await startTestApp();
  [ours, theirs] = [await server.newClient(), await server.newClient()];
});
after(() => server[Symbol.asyncDispose]());

const clientsOf = (organizationId: string) => new OrganizationClients(server.context.database.queries, organizationId);

const page = { size: 100, number: 1 };
const now = () => server.context.now();

/** Everything that is stored about the client of the first organization. */
async function stateOfOurs() {
  const clients = clientsOf(ours.organizationId);
  return { client: await clients.find(ours.clientId), secrets: await clients.liveSecrets(ours.clientId, now()) };
}

/** Each method, called by a second organization with the client of the first: it must find and change nothing. */
const attempts: { readonly [Method in keyof OrganizationClients]: (clients: OrganizationClients) => Promise<void> } = {
  async insert(clients) {
    const client = await clientsOf(ours.organizationId).find(ours.clientId);
    assert.ok(client);
    await assert.rejects(clients.insert({ ...client, name: 'Theirs' }));
  },
  async find(clients) {
    assert.equal(await clients.find(ours.clientId), undefined);
  },
  async list(clients) {
    const found = await clients.list(page);
    assert.deepEqual(
      found.map(({ id }) => id),
      [theirs.clientId],
    );
  },
  async update(clients) {
    assert.equal(await clients.update(ours.clientId, 1, { name: 'Theirs', state: 'disabled' }, now()), undefined);
  },
  async remove(clients) {
    assert.equal(await clients.remove(ours.clientId, 1), false);
  },
  async insertSecret(clients) {
    const secret = { clientId: ours.clientId, hash: Buffer.alloc(32), lastFour: 'xxxx', createdAt: now() };
    await assert.rejects(clients.insertSecret({ ...secret, id: 'secret_x', expiresAt: null }));
  },
  async liveSecrets(clients) {
    assert.deepEqual(await clients.liveSecrets(ours.clientId, now()), []);
  },
  async setSecretExpiry(clients) {
    const [secret] = (await stateOfOurs()).secrets;
    await clients.setSecretExpiry(ours.clientId, secret?.id ?? '', 0);
  },
  async expireSecrets(clients) {
    await clients.expireSecrets(ours.clientId, 0);
  },
  async count(clients) {
    assert.equal(await clients.count(), 1);
  },
  async removeOldSecrets(clients) {
    await clients.removeOldSecrets(ours.clientId, Number.MAX_SAFE_INTEGER, 0);
  },
};

test('no method of a second organization finds or changes the client of the first', async () => {
  const methods = Object.getOwnPropertyNames(OrganizationClients.prototype).filter((name) => name !== 'constructor');
  assert.deepEqual(Object.keys(attempts).toSorted(), methods.toSorted());
  const before = await stateOfOurs();
  assert.equal(before.secrets.length, 1);
  for (const attempt of Object.values(attempts)) {
    await attempt(clientsOf(theirs.organizationId));
    assert.deepEqual(await stateOfOurs(), before);
  }
});

test('the operator finds the organization of a client by the client id', async () => {
  const { queries } = server.context.database;
  assert.equal(await organizationOfClient(queries, ours.clientId), ours.organizationId);
  assert.equal(await organizationOfClient(queries, 'client_x'), undefined);
});

test('of two changes of the same version one is made and the other gets undefined', async () => {
  const { clientId, organizationId } = await server.newClient();
  const clients = clientsOf(organizationId);
  const results = await Promise.all([
    clients.update(clientId, 1, { name: 'One' }, now()),
    clients.update(clientId, 1, { name: 'Two' }, now()),
  ]);
  assert.equal(results.filter((result) => result === undefined).length, 1);
  assert.equal((await clients.find(clientId))?.version, 2);
  assert.equal(await clients.remove(clientId, 1), false);
  assert.equal(await clients.remove(clientId, 2), true);
});

test('a secret is valid until it expires, and expireSecrets() never postpones that', async () => {
  const { clientId, organizationId } = await server.newClient();
  const clients = clientsOf(organizationId);
  const endsOf = async (at: number) => (await clients.liveSecrets(clientId, at)).map(({ expiresAt }) => expiresAt);
  const at = now();
  await clients.expireSecrets(clientId, at + 1000);
  assert.deepEqual(await endsOf(at + 999), [at + 1000]);
  assert.deepEqual(await endsOf(at + 1000), []);
  await clients.expireSecrets(clientId, at + 5000);
  assert.deepEqual(await endsOf(at), [at + 1000]);
});
