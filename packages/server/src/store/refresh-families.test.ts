import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { createUser } from '../actions/users.ts';
import { newFamilyId } from '../domain/refresh-token.ts';
import {
  findRefreshFamily,
  insertRefreshFamily,
  pruneRefreshFamilies,
  pruneSuccessors,
  type Rotation,
  revokeRefreshFamilies,
  rotateRefreshToken,
} from './refresh-families.ts';

let server: TestApp;
let client: { clientId: string; organizationId: string };
let userId: string;

before(async () => {
  server = await startTestApp();
  client = await server.newClient();
  const user = await createUser(server.context, testActor, {
    organizationId: client.organizationId,
    email: 'ana@example.com',
    role: 'member',
    password: 'correct horse battery',
    hasher: server.hasher,
  });
  userId = user.id;
});
after(() => server[Symbol.asyncDispose]());

const queries = () => server.context.database.queries;

async function newFamily(more: { idleExpiresAt?: number; absoluteExpiresAt?: number } = {}): Promise<string> {
  const id = newFamilyId();
  await insertRefreshFamily(queries(), {
    id,
    clientId: client.clientId,
    organizationId: client.organizationId,
    userId,
    scope: 'public',
    currentHash: 'first',
    lastUsedAddress: '192.0.2.1',
    createdAt: 100,
    idleExpiresAt: 200,
    absoluteExpiresAt: 300,
    ...more,
  });
  return id;
}

const rotation = (id: string, currentHash: string, successorHash: string): Rotation => ({
  id,
  currentHash,
  successorHash,
  sealedSuccessor: `sealed ${successorHash}`,
  askedScope: '',
  idleExpiresAt: 250,
  address: '192.0.2.2',
});

test('a rotation replaces the current token by its successor and remembers the one before', async () => {
  const id = await newFamily();
  assert.equal(await rotateRefreshToken(queries(), rotation(id, 'first', 'second'), 150), true);
  const family = await findRefreshFamily(queries(), id);
  assert.deepEqual(family, {
    id,
    clientId: client.clientId,
    organizationId: client.organizationId,
    userId,
    scope: 'public',
    currentHash: 'second',
    previousHash: 'first',
    previousAskedScope: '',
    sealedSuccessor: 'sealed second',
    rotatedAt: 150,
    createdAt: 100,
    idleExpiresAt: 250,
    absoluteExpiresAt: 300,
    revokedAt: null,
    lastUsedAddress: '192.0.2.2',
  });
});

test('only the current token can be rotated, and of many concurrent rotations one succeeds', async () => {
  const id = await newFamily();
  assert.equal(await rotateRefreshToken(queries(), rotation(id, 'other', 'x'), 150), false);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => rotateRefreshToken(queries(), rotation(id, 'first', `${index}`), 150)),
  );
  assert.equal(results.filter((isMine) => isMine).length, 1);
  assert.equal((await findRefreshFamily(queries(), id))?.currentHash, `${results.indexOf(true)}`);
});

test('an expired or revoked token is not rotated, to the millisecond', async () => {
  const [idle, absolute, revoked] = [
    await newFamily({ idleExpiresAt: 150 }),
    await newFamily({ absoluteExpiresAt: 150 }),
    await newFamily(),
  ];
  await revokeRefreshFamilies(queries(), { id: revoked }, 'test', 120);
  for (const id of [idle, absolute, revoked]) {
    assert.equal(await rotateRefreshToken(queries(), rotation(id, 'first', 'x'), 150), false);
  }
  for (const id of [idle, absolute]) {
    assert.equal(await rotateRefreshToken(queries(), rotation(id, 'first', 'x'), 149), true);
  }
});

test('a family is revoked once, and its sealed successor is deleted', async () => {
  const id = await newFamily();
  await rotateRefreshToken(queries(), rotation(id, 'first', 'second'), 150);
  assert.equal(await revokeRefreshFamilies(queries(), { id }, 'test', 160), 1);
  assert.equal(await revokeRefreshFamilies(queries(), { id }, 'again', 170), 0);
  const family = await findRefreshFamily(queries(), id);
  assert.deepEqual([family?.revokedAt, family?.sealedSuccessor], [160, null]);
});

test("a user's families are revoked everywhere, or in one organization", async () => {
  const { clientId, organizationId } = await server.newClient();
  const [here, there] = [await newFamily(), newFamilyId()];
  const family = await findRefreshFamily(queries(), here);
  assert.ok(family);
  await insertRefreshFamily(queries(), { ...family, id: there, clientId, organizationId });
  const isRevoked = async (id: string) => (await findRefreshFamily(queries(), id))?.revokedAt !== null;
  await revokeRefreshFamilies(queries(), { userId: 'user_other' }, 'test', 160);
  assert.deepEqual([await isRevoked(here), await isRevoked(there)], [false, false]);
  assert.equal(await revokeRefreshFamilies(queries(), { userId, organizationId }, 'test', 160), 1);
  assert.deepEqual([await isRevoked(here), await isRevoked(there)], [false, true]);
  assert.ok((await revokeRefreshFamilies(queries(), { userId }, 'test', 160)) >= 1);
  assert.equal(await isRevoked(here), true);
});

test('successors are deleted after the grace window, and families after their last token expired, in steps', async () => {
  await queries().deleteFrom('refresh_families').execute();
  const ids = [await newFamily(), await newFamily(), await newFamily({ absoluteExpiresAt: 400 })];
  for (const id of ids) {
    await rotateRefreshToken(queries(), rotation(id, 'first', 'second'), 150);
  }
  const sealed = async () =>
    (await Promise.all(ids.map((id) => findRefreshFamily(queries(), id)))).filter(
      (family) => (family?.sealedSuccessor ?? null) !== null,
    ).length;
  assert.equal(await pruneSuccessors(queries(), 150, 10), 0);
  assert.equal(await pruneRefreshFamilies(queries(), 300, 10), 0);
  assert.equal(await pruneSuccessors(queries(), 151, 2), 2);
  assert.equal(await sealed(), 1);
  assert.equal(await pruneSuccessors(queries(), 151, 2), 1);
  assert.equal(await pruneRefreshFamilies(queries(), 301, 1), 1);
  assert.equal(await pruneRefreshFamilies(queries(), 301, 10), 1);
  assert.equal((await queries().selectFrom('refresh_families').select('id').execute()).length, 1);
  assert.equal(await sealed(), 0);
});

test('the families of a client are deleted with it', async () => {
  const { clientId, organizationId } = await server.newClient();
  const family = await findRefreshFamily(queries(), await newFamily());
  assert.ok(family);
  await insertRefreshFamily(queries(), { ...family, id: newFamilyId(), clientId, organizationId });
  await queries().deleteFrom('api_clients').where('id', '=', clientId).execute();
  const left = await queries().selectFrom('refresh_families').select('id').where('client_id', '=', clientId).execute();
  assert.deepEqual(left, []);
});
