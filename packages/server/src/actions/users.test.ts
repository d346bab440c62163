import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { ApiError, type ApiErrorCode } from '../errors.ts';
import { findUserByEmail, isKnownNetwork, rememberNetwork } from '../store/users.ts';
import { addMember, readMembers, removeMember, setMemberRole } from './members.ts';
import { createOrganization } from './organizations.ts';
import { createUser, readUsers, requireUser, setPassword, setUserState } from './users.ts';

let server: TestApp;
let organizationId: string;
let otherId: string;
let number = 0;

before(async () => {
  server = await startTestApp();
  organizationId = (await createOrganization(server.context, testActor, { name: 'One' })).id;
  otherId = (await createOrganization(server.context, testActor, { name: 'Other' })).id;
});
after(() => server[Symbol.asyncDispose]());

const page = { number: 1, size: 1000 };
const password = 'correct horse battery';

const is = (code: ApiErrorCode) => (error: unknown) => error instanceof ApiError && error.code === code;

async function newUser(more: { readonly organizationId?: string; readonly role?: 'owner' | 'member' } = {}) {
  number += 1;
  return createUser(server.context, testActor, {
    organizationId,
    email: `user${number}@example.com`,
    role: 'member',
    password,
    hasher: server.hasher,
    ...more,
  });
}

const rolesIn = async (id: string) =>
  Object.fromEntries((await readMembers(server.context, id, page)).map(({ email, role }) => [email, role]));

test('a user exists once for all organizations, with the address in lower case', async () => {
  const user = await createUser(server.context, testActor, {
    organizationId: organizationId.toUpperCase(),
    email: 'Ana@Example.COM',
    role: 'owner',
    password,
    hasher: server.hasher,
  });
  assert.match(user.id, /^user_[0-9A-Za-z]{22}$/);
  assert.equal(user.email, 'ana@example.com');
  assert.equal((await rolesIn(organizationId))['ana@example.com'], 'owner');
  for (const email of ['ana@example.com', 'ANA@EXAMPLE.COM']) {
    const again = { organizationId: otherId, email, role: 'member', password, hasher: server.hasher } as const;
    await assert.rejects(createUser(server.context, testActor, again), is('conflict'));
  }
  assert.equal((await rolesIn(otherId))['ana@example.com'], undefined);
  assert.equal((await requireUser(server.context, 'ANA@example.com')).id, user.id);
});

test('of two concurrent requests to create a user one succeeds, and nothing of the other is left', async () => {
  const attempt = (id: string) =>
    createUser(server.context, testActor, {
      organizationId: id,
      email: 'twice@example.com',
      role: 'member',
      password,
      hasher: server.hasher,
    });
  const results = await Promise.allSettled([attempt(organizationId), attempt(otherId)]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const memberships = [await rolesIn(organizationId), await rolesIn(otherId)].filter(
    (roles) => roles['twice@example.com'] !== undefined,
  );
  assert.equal(memberships.length, 1);
});

test('an unknown organization, an invalid address or a short password creates no user and computes no hash', async () => {
  const hashes = server.hasher.total;
  const good = { organizationId, email: 'new@example.com', role: 'member', password, hasher: server.hasher } as const;
  for (const [bad, code] of [
    [{ organizationId: '6f1d7f0a-0000-4000-8000-000000000000' }, 'not_found'],
    [{ organizationId: 'x' }, 'not_found'],
    [{ email: 'x' }, 'invalid_input'],
    [{ password: 'short' }, 'invalid_input'],
  ] as const) {
    await assert.rejects(createUser(server.context, testActor, { ...good, ...bad }), is(code));
  }
  assert.equal(server.hasher.total, hashes);
  assert.equal(await findUserByEmail(server.context.database.queries, 'new@example.com'), undefined);
});

test('an existing user joins another organization without a new password, and only once', async () => {
  const user = await newUser();
  const { queries } = server.context.database;
  const hash = (await findUserByEmail(queries, user.email))?.passwordHash;
  const membership = { organizationId: otherId, email: user.email.toUpperCase(), role: 'owner' } as const;
  await addMember(server.context, testActor, membership);
  assert.equal((await rolesIn(otherId))[user.email], 'owner');
  assert.equal((await findUserByEmail(queries, user.email))?.passwordHash, hash);
  await assert.rejects(addMember(server.context, testActor, membership), is('conflict'));
  await assert.rejects(
    addMember(server.context, testActor, { ...membership, email: 'no@example.com' }),
    is('not_found'),
  );
  await assert.rejects(addMember(server.context, testActor, { ...membership, organizationId: 'x' }), is('not_found'));
});

test('members of another organization cannot be seen, changed or removed', async () => {
  const user = await newUser();
  const elsewhere = { organizationId: otherId, email: user.email };
  assert.equal((await rolesIn(otherId))[user.email], undefined);
  await assert.rejects(setMemberRole(server.context, testActor, { ...elsewhere, role: 'owner' }), is('not_found'));
  await assert.rejects(removeMember(server.context, testActor, elsewhere), is('not_found'));
  assert.equal((await rolesIn(organizationId))[user.email], 'member');
});

test("a member's role changes and the member is removed; the user stays", async () => {
  const owner = await newUser({ role: 'owner' });
  const user = await newUser();
  const membership = { organizationId, email: user.email };
  await setMemberRole(server.context, testActor, { ...membership, role: 'owner' });
  assert.equal((await rolesIn(organizationId))[user.email], 'owner');
  await setMemberRole(server.context, testActor, { ...membership, role: 'member' });
  assert.equal((await rolesIn(organizationId))[user.email], 'member');
  await removeMember(server.context, testActor, membership);
  assert.equal((await rolesIn(organizationId))[user.email], undefined);
  assert.equal((await rolesIn(organizationId))[owner.email], 'owner');
  assert.ok((await readUsers(server.context, page)).some(({ id }) => id === user.id));
  await assert.rejects(removeMember(server.context, testActor, membership), is('not_found'));
});

test('a new password obeys the same rules, and needs an existing user', async () => {
  const user = await newUser();
  const set = (email: string, text: string) =>
    setPassword(server.context, testActor, email, { password: text, hasher: server.hasher });
  await assert.rejects(set(user.email, 'short'), is('invalid_input'));
  await assert.rejects(set('no@example.com', password), is('not_found'));
  const after = await set(user.email, 'an entirely new one');
  assert.equal(await server.hasher.verify('an entirely new one', after.passwordHash), true);
  assert.equal(await server.hasher.verify(password, after.passwordHash), false);
});

test('disabling and enabling a user is recorded each time', async () => {
  const user = await newUser();
  assert.equal((await setUserState(server.context, testActor, user.email, 'disabled')).state, 'disabled');
  assert.equal((await requireUser(server.context, user.email)).state, 'disabled');
  assert.equal((await setUserState(server.context, testActor, user.email, 'active')).state, 'active');
  await assert.rejects(setUserState(server.context, testActor, 'no@example.com', 'disabled'), is('not_found'));
  const entries = await server.context.database.queries
    .selectFrom('audit_entries')
    .select('action')
    .where('target_id', '=', user.id)
    .where('action', '=', 'user.update')
    .execute();
  assert.equal(entries.length, 2);
});

test('a network is known only for the user who signed in from it', async () => {
  const [ana, bob] = [await newUser(), await newUser()];
  const { queries } = server.context.database;
  assert.equal(await isKnownNetwork(queries, ana.email, '192.0.2.1'), false);
  await rememberNetwork(queries, ana.id, '192.0.2.1', 1);
  await rememberNetwork(queries, ana.id, '192.0.2.1', 2);
  assert.equal(await isKnownNetwork(queries, ana.email, '192.0.2.1'), true);
  assert.equal(await isKnownNetwork(queries, ana.email, '192.0.2.2'), false);
  assert.equal(await isKnownNetwork(queries, bob.email, '192.0.2.1'), false);
});
