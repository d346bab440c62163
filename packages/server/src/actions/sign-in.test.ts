import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp, testActor } from '../../../../test/support/app.ts';
import { weakHashOf } from '../../../../test/support/weak-hash.ts';
import { isOutdatedHash, PasswordQueueFullError } from '../domain/password.ts';
import { findUser, isKnownNetwork, updateUser } from '../store/users.ts';
import { createOrganization } from './organizations.ts';
import { type KnownFrom, type PasswordLimits, signIn } from './sign-in.ts';
import { createUser } from './users.ts';

let server: TestApp;
let organizationId: string;
let number = 0;

before(async () => {
  server = await startTestApp();
  organizationId = (await createOrganization(server.context, testActor, { name: 'One' })).id;
});
after(() => server[Symbol.asyncDispose]());

const password = 'correct horse battery';
const network = '192.0.2.1';
const everybody = () => true;

async function newUser() {
  number += 1;
  const email = `person${number}@example.com`;
  const input = { organizationId, email, role: 'member', password, hasher: server.hasher } as const;
  return createUser(server.context, testActor, input);
}

/** Limits that write down what they are asked. */
function watchedLimits() {
  const calls: (readonly [string, string, string, KnownFrom])[] = [];
  const limits: PasswordLimits = {
    async countPassword(...given) {
      calls.push(['count', ...given]);
    },
    async forgivePassword(...given) {
      calls.push(['forgive', ...given]);
    },
  };
  return { calls, limits };
}

const depsOf = (limits: PasswordLimits) => ({ hasher: server.hasher, limits });

test('a correct password signs the user in, whatever the letter case of the address, and the network is remembered', async () => {
  const user = await newUser();
  const { calls, limits } = watchedLimits();
  const attempt = { email: user.email.toUpperCase(), password, network };
  const result = await signIn(server.context, depsOf(limits), attempt, everybody);
  assert.deepEqual(result, { user, failure: undefined });
  assert.deepEqual(calls, [
    ['count', user.email, network, undefined],
    ['forgive', user.email, network, undefined],
  ]);
  assert.equal(await isKnownNetwork(server.context.database.queries, user.email, network), true);
});

test('each failure is named, costs one hash, stays counted and remembers no network', async () => {
  const user = await newUser();
  for (const [more, isAllowed, failure] of [
    [{ email: 'nobody@example.com' }, everybody, 'unknown_user'],
    [{ password: 'wrong horse battery' }, everybody, 'wrong_password'],
    [{ password: 'wrong horse battery' }, () => false, 'wrong_password'],
    [{}, () => false, 'not_allowed'],
  ] as const) {
    const hashes = server.hasher.total;
    const { calls, limits } = watchedLimits();
    const attempt = { email: user.email, password, network, ...more };
    const result = await signIn(server.context, depsOf(limits), attempt, isAllowed);
    assert.equal(result.failure, failure);
    assert.equal(result.user?.id, failure === 'unknown_user' ? undefined : user.id);
    assert.equal(server.hasher.total, hashes + 1);
    assert.deepEqual(
      calls.map(([call]) => call),
      ['count'],
    );
  }
  assert.equal(await isKnownNetwork(server.context.database.queries, user.email, network), false);
});

test('a correct password renews an outdated hash, and the updated user is returned', async () => {
  const { context } = server;
  const user = await newUser();
  await updateUser(context.database.queries, user, { passwordHash: weakHashOf(password) }, context.now());
  const { limits } = watchedLimits();
  const result = await signIn(context, depsOf(limits), { email: user.email, password, network }, everybody);
  assert.equal(result.failure, undefined);
  assert.equal(isOutdatedHash(result.user?.passwordHash ?? ''), false);
  assert.deepEqual(result.user, await findUser(context.database.queries, user.id));
  assert.equal(await server.hasher.verify(password, result.user?.passwordHash ?? null), true);
});

test('a correct password is accepted even if the queue is too full to renew the hash', async () => {
  const { context } = server;
  const user = await newUser();
  const weak = await updateUser(context.database.queries, user, { passwordHash: weakHashOf(password) }, context.now());
  const hasher = {
    verify: (text: string, phc: string | null) => server.hasher.verify(text, phc),
    hash: async () => {
      throw new PasswordQueueFullError('full');
    },
  };
  const { limits } = watchedLimits();
  const result = await signIn(context, { hasher, limits }, { email: user.email, password, network }, everybody);
  assert.deepEqual(result, { user: weak, failure: undefined });
});
