import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOperator } from '@bindery/server/actions/operators.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { createResetLink, resetPassword } from '@bindery/server/actions/password-reset.ts';
import { signIn } from '@bindery/server/actions/sign-in.ts';
import { createUser, setPassword } from '@bindery/server/actions/users.ts';
import { wrongPasswordsMax, wrongPasswordsToldFrom } from '@bindery/server/domain/limits.ts';
import { ApiError } from '@bindery/server/errors.ts';
import { wrongPasswordsOf } from '@bindery/server/store/wrong-passwords.ts';
import { startTestApp, type TestApp, testActor } from '../support/app.ts';
import { weakHashOf } from '../support/weak-hash.ts';

let server: TestApp;
let organizationId: string;
let number = 0;

before(async () => {
  server = await startTestApp({ BINDERY_PUBLIC_URL: 'http://localhost:8080' });
  await createOperator(server.context, testActor, { email: 'op@example.com', password, hasher: server.hasher });
  organizationId = (await createOrganization(server.context, testActor, { name: 'One' })).id;
});
after(() => server[Symbol.asyncDispose]());

const password = 'correct horse battery staple';
const home = '192.0.2.1';
const abroad = '198.51.100.7';
const noLimits = { countPassword: async () => undefined, forgivePassword: async () => undefined };

async function newPerson(): Promise<{ readonly id: string; readonly email: string }> {
  number += 1;
  const email = `guessed${number}@example.com`;
  const input = { organizationId, email, role: 'member', password, hasher: server.hasher } as const;
  return createUser(server.context, testActor, input);
}

/** A hasher that costs nothing, for the many wrong ones. */
const cheapHasher = { hash: async () => weakHashOf('x'), verify: async (text: string) => text === password };

const attempt = async (email: string, network: string, text = password) =>
  (
    await signIn(
      server.context,
      { hasher: cheapHasher, limits: noLimits },
      { email, password: text, network },
      () => true,
    )
  ).failure;

async function guess(email: string, times: number): Promise<void> {
  await Promise.all(Array.from({ length: times }, () => attempt(email, abroad, 'wrong one')));
}

async function signInToConsole(email: string, text = password) {
  return server.app.inject({
    method: 'POST',
    url: '/admin/session',
    headers: { 'x-bindery-request': 'test', origin: 'http://localhost:8080' },
    payload: { email, password: text },
  });
}

describe('9.10 many wrong passwords in a row', () => {
  test('from then on the password is accepted only from networks that the user signed in from before', async () => {
    const { id, email } = await newPerson();
    assert.equal(await attempt(email, home), undefined);
    await guess(email, wrongPasswordsMax - 1);
    assert.equal(await attempt(email, '192.0.2.77'), undefined, 'one fewer is harmless, and the row starts again');
    await guess(email, wrongPasswordsMax);
    assert.equal(await wrongPasswordsOf(server.context.database.queries, id), wrongPasswordsMax);
    assert.equal(await attempt(email, abroad), 'unfamiliar_place');
    assert.equal(await attempt(email, home), undefined, 'the user gets in at home');
    assert.equal(await attempt(email, abroad), undefined, 'and that ends the row');
  });

  test('a reset link always works and starts the count again', async () => {
    const { context, hasher } = server;
    const { email } = await newPerson();
    await guess(email, wrongPasswordsMax);
    assert.equal(await attempt(email, abroad), 'unfamiliar_place');
    const { link } = await createResetLink(context, testActor, email, null);
    const token = new URL(link).hash.slice('#t='.length);
    await resetPassword(context, testActor, { token, password, hasher });
    assert.equal(await attempt(email, abroad), undefined);
  });

  test('so does a password that an operator sets', async () => {
    const { context, hasher } = server;
    const { email } = await newPerson();
    await guess(email, wrongPasswordsMax);
    await setPassword(context, testActor, email, { password, hasher });
    assert.equal(await attempt(email, abroad), undefined);
  });

  test('the response does not tell that the password was right', async () => {
    const { email } = await newPerson();
    await guess(email, wrongPasswordsMax);
    const [right, wrong] = [await signInToConsole(email), await signInToConsole(email, 'wrong horse battery')];
    assert.equal(right.statusCode, 400);
    assert.equal(right.statusCode, wrong.statusCode);
    assert.equal(right.json().detail, wrong.json().detail);
    const entries = await server.context.database.queries
      .selectFrom('audit_entries')
      .select('reason')
      .where('action', '=', 'session.start')
      .where('reason', '=', 'unfamiliar_place')
      .execute();
    assert.equal(entries.length, 1, 'the audit log says it');
  });

  test('the user is told at the next sign-in how many there were and since when, and not again', async () => {
    const { email } = await newPerson();
    const since = new Date(server.context.now()).toISOString();
    await guess(email, wrongPasswordsToldFrom);
    server.advance(60_000);
    const told = await signInToConsole(email);
    assert.equal(told.statusCode, 201, told.body);
    assert.deepEqual(told.json().wrongPasswords, { count: wrongPasswordsToldFrom, since });
    const cookie = String(told.headers['set-cookie']).split(';')[0] ?? '';
    const again = await server.app.inject({ method: 'GET', url: '/admin/session', headers: { cookie } });
    assert.deepEqual(again.json().wrongPasswords, told.json().wrongPasswords, 'while this session lasts');
    assert.equal((await signInToConsole(email)).json().wrongPasswords, null);
  });

  test("a program's sign-in in between does not hide them, and the user's own few mistakes are no news", async () => {
    const { email } = await newPerson();
    await guess(email, wrongPasswordsToldFrom - 1);
    assert.equal(await attempt(email, home), undefined);
    await guess(email, 1);
    assert.equal((await signInToConsole(email)).json().wrongPasswords.count, wrongPasswordsToldFrom);
    await guess(email, wrongPasswordsToldFrom - 1);
    assert.equal((await signInToConsole(email)).json().wrongPasswords, null);
  });
});

describe('9.10 addresses', () => {
  test('a lookalike of an address does not sign in, and ASCII letter case does not matter', async () => {
    const { context } = server;
    const email = 'kim@example.com';
    await createUser(context, testActor, { organizationId, email, role: 'member', password, hasher: server.hasher });
    assert.equal(await attempt('KIM@Example.com', home), undefined);
    for (const lookalike of ['\u212aim@example.com', 'kim@example.\uff43om', 'k\u0130m@example.com']) {
      assert.equal(await attempt(lookalike, home), 'unknown_user', lookalike);
      const answer = await signInToConsole(lookalike);
      assert.equal(answer.statusCode, 400, lookalike);
      await assert.rejects(
        createUser(context, testActor, {
          organizationId,
          email: lookalike,
          role: 'member',
          password,
          hasher: server.hasher,
        }),
        (error: unknown) => error instanceof ApiError && error.code === 'invalid_input',
      );
    }
  });
});

describe('9.10 a password that is easy to guess is refused at every door', () => {
  const weak = 'Guessed-1234!';

  test('actions and command line: with a reason', async () => {
    const { context, hasher } = server;
    const { email } = await newPerson();
    const isRefused = (error: unknown) => error instanceof ApiError && error.reason === 'password_personal';
    const { link } = await createResetLink(context, testActor, email, null);
    const token = new URL(link).hash.slice('#t='.length);
    for (const action of [
      () => setPassword(context, testActor, email, { password: weak, hasher }),
      () => resetPassword(context, testActor, { token, password: weak, hasher }),
      () =>
        createUser(context, testActor, {
          ...{ organizationId, email: 'guessed@example.org', role: 'member', password: weak, hasher },
        }),
    ]) {
      const before = hasher.total;
      await assert.rejects(action(), isRefused);
      assert.equal(hasher.total, before, 'without a hash');
    }
    await resetPassword(context, testActor, { token, password, hasher });
  });

  test('management API: 400 with the field and the reason', async () => {
    const { context } = server;
    const { email } = await newPerson();
    const { link } = await createResetLink(context, testActor, email, null);
    const answer = await server.app.inject({
      method: 'POST',
      url: '/admin/password-reset',
      headers: { 'x-bindery-request': 'test', origin: 'http://localhost:8080' },
      payload: { token: new URL(link).hash.slice('#t='.length), password: 'password123456' },
    });
    assert.equal(answer.statusCode, 400, answer.body);
    assert.equal(answer.json().reason, 'password_common');
    assert.deepEqual(answer.json().errors, { password: [answer.json().detail] });
  });
});
