import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { createOrganization } from '../actions/organizations.ts';
import { createUser } from '../actions/users.ts';
import type { User } from '../domain/user.ts';
import { OrganizationMembers } from './members.ts';
import { isUserLive } from './token-state.ts';
import { findUserByEmail, insertUser, listUsers, updateUser } from './users.ts';

let server: TestApp;
let user: User;
let organizationId: string;
let otherId: string;

before(async () => {
  server = await startTestApp();
  organizationId = (await createOrganization(server.context, testActor, { name: 'One' })).id;
  otherId = (await createOrganization(server.context, testActor, { name: 'Other' })).id;
  user = await createUser(server.context, testActor, {
    organizationId,
    email: 'ana@example.com',
    role: 'owner',
    password: 'correct horse battery',
    hasher: server.hasher,
  });
});
after(() => server[Symbol.asyncDispose]());

const queries = () => server.context.database.queries;
const page = { number: 1, size: 100 };

test('a second user with the same address is not added, and the first stays unchanged', async () => {
  assert.equal(await insertUser(queries(), { ...user, id: 'user_other', passwordHash: 'x' }), false);
  assert.deepEqual(await findUserByEmail(queries(), 'ana@example.com'), user);
  assert.equal((await listUsers(queries(), page)).length, 1);
});

test('a user is found by the exact stored address, not by a part or pattern of it', async () => {
  for (const email of ['ana@example.co', 'ana', '%', '_na@example.com', "' or ''='", '']) {
    assert.equal(await findUserByEmail(queries(), email), undefined);
  }
});

test('a user is changed only at the version that was read', async () => {
  const before = await findUserByEmail(queries(), user.email);
  assert.ok(before);
  const changed = await updateUser(queries(), before, { state: 'disabled' }, 5);
  assert.equal(changed?.version, before.version + 1);
  assert.equal(changed?.updatedAt, 5);
  assert.equal(await updateUser(queries(), before, { passwordHash: 'x' }, 6), undefined);
  assert.equal((await findUserByEmail(queries(), user.email))?.passwordHash, before.passwordHash);
  await updateUser(queries(), changed ?? before, { state: 'active' }, 7);
});

test('of many concurrent changes of one version one is made', async () => {
  const before = await findUserByEmail(queries(), user.email);
  assert.ok(before);
  const results = await Promise.all(
    Array.from({ length: 20 }, () => updateUser(queries(), before, { state: 'active' }, 8)),
  );
  assert.equal(results.filter((result) => result !== undefined).length, 1);
});

test('an organization sees and changes only its own members', async () => {
  const [own, other] = [organizationId, otherId].map((id) => new OrganizationMembers(queries(), id));
  assert.ok(own && other);
  assert.equal((await own.find(user.id))?.role, 'owner');
  assert.equal((await own.list(page)).length, 1);
  assert.equal(await own.countActiveOwners({ except: '' }), 1);
  assert.equal(await own.countActiveOwners({ except: user.id }), 0);
  assert.equal(await other.find(user.id), undefined);
  assert.deepEqual(await other.list(page), []);
  assert.equal(await other.countActiveOwners({ except: '' }), 0);
  assert.equal(await other.setRole(user.id, 'member'), false);
  assert.equal(await other.remove(user.id), false);
  assert.equal((await own.find(user.id))?.role, 'owner');
  assert.equal(await own.insert(user.id, 'member', 1), false);
  assert.equal((await own.find(user.id))?.role, 'owner');
});

test('a member who is an operator or belongs to another organization has rights elsewhere', async () => {
  const [own, other] = [organizationId, otherId].map((id) => new OrganizationMembers(queries(), id));
  assert.ok(own && other);
  const hasRightsElsewhere = async () => [
    (await own.find(user.id))?.hasRightsElsewhere,
    ...(await own.list(page)).map((member) => member.hasRightsElsewhere),
  ];
  assert.deepEqual(await hasRightsElsewhere(), [false, false]);
  await other.insert(user.id, 'member', 1);
  assert.deepEqual(await hasRightsElsewhere(), [true, true]);
  await other.remove(user.id);
  const before = await findUserByEmail(queries(), user.email);
  assert.ok(before);
  const operator = await updateUser(queries(), before, { isOperator: true }, 9);
  assert.deepEqual(await hasRightsElsewhere(), [true, true]);
  await updateUser(queries(), operator ?? before, { isOperator: false }, 10);
});

test('a user may act as an active member, with a sign-in since the sessions last ended', async () => {
  const now = server.context.now();
  const isLive = (since: number, id = organizationId) => isUserLive(queries(), user.id, id, since);
  assert.equal(await isLive(now), true);
  assert.equal(await isLive(now, otherId), false);
  assert.equal(await isUserLive(queries(), 'user_unknown', organizationId, now), false);
  // A sign-in from before the membership.
  assert.equal(await isLive(now - 1), false);
  const before = await findUserByEmail(queries(), user.email);
  assert.ok(before);
  const ended = await updateUser(queries(), before, { sessionsEndedAt: now + 10 }, now);
  assert.deepEqual([await isLive(now + 9), await isLive(now + 10)], [false, true]);
  await updateUser(queries(), ended ?? before, { state: 'disabled' }, now);
  assert.equal(await isLive(now + 10), false);
});
