import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addMember, removeMember } from '@bindery/server/actions/members.ts';
import { createOrganization, switchOrganization } from '@bindery/server/actions/organizations.ts';
import { setUserState } from '@bindery/server/actions/users.ts';
import { QueuedPasswordHasher } from '@bindery/server/live/password-hasher.ts';
import { decodeJwt } from 'jose';
import { testActor } from '../support/app.ts';
import { type AuditEntryRow, type People, type Person, startPeople } from '../support/people.ts';
import type { Answer } from '../support/target.ts';
import { weakHashOf } from '../support/weak-hash.ts';

let people: People;
let foreigner: Person;
let disabled: Person;

before(async () => {
  people = await startPeople();
  const { context } = people.target.server;
  const other = await createOrganization(context, testActor, { name: 'Other' });
  foreigner = await people.newPerson({ organizationId: other.id });
  disabled = await people.newPerson();
  await setUserState(context, testActor, disabled.email, 'disabled');
});
after(() => people[Symbol.asyncDispose]());

/** What a caller can tell two responses apart by, except the request id, which is always different. */
function visible({ status, headers, body }: Answer) {
  const { 'x-request-id': _id, date: _date, ...rest } = headers;
  return { status, headers: rest, body };
}

test('59: a client without the grant may not use it, whoever signs in, and no password is hashed', async () => {
  const { clientId, clientSecret } = people.target.client;
  const hashes = people.hashes();
  for (const password of [people.person.password, 'wrong password here']) {
    const answer = await people.askSignIn({ client_id: clientId, client_secret: clientSecret, password });
    await people.target.expectRefusal(answer, 400, 'unauthorized_client');
  }
  assert.equal(people.hashes(), hashes);
});

test("60: a user signs in and gets a token in their own name, with the client's access, and a refresh token", async () => {
  const tokens = await people.signIn();
  const claims = decodeJwt(tokens.access_token);
  assert.equal(claims.sub, people.person.id);
  assert.equal(claims['client_id'], people.client.clientId);
  assert.notEqual(claims.sub, claims['client_id']);
  assert.equal(claims['organization_id'], people.client.organizationId);
  assert.equal(claims['access'], 'read_write');
  assert.equal(tokens.expires_in, 3600);
  assert.equal(tokens.token_type, 'Bearer');
  assert.match(tokens.refresh_token, /^bindery_refresh_[0-9A-Za-z]{87}$/);
  assert.ok(!JSON.stringify(claims).includes(people.person.email));
});

test("60: a user's token is accepted by the guarded API for its client's organization and for no other", async () => {
  const { access_token } = await people.signIn();
  const ask = (organizationId: string) =>
    people.target.server.app.inject({
      url: '/api/binders',
      headers: { authorization: `Bearer ${access_token}`, 'x-tenant-id': organizationId },
    });
  assert.equal((await ask(people.client.organizationId)).statusCode, 200);
  assert.equal((await ask('6f1d7f0a-0000-4000-8000-000000000000')).statusCode, 403);
});

test('60: the email is accepted in any letter case', async () => {
  await people.signIn({ username: people.person.email.toUpperCase() });
});

test('60: a member may sign in as well as an owner', async () => {
  const owner = await people.newPerson({ role: 'owner' });
  await people.signIn({ username: owner.email, password: owner.password });
});

test('61: wrong password, unknown user, user elsewhere and disabled user get the same response, each at the cost of one hash', async () => {
  const attempts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'wrong password': { password: 'wrong password here' },
    'unknown user': { username: 'nobody@example.com' },
    'no address at all': { username: "' or 1=1 --" },
    'user elsewhere': { username: foreigner.email, password: foreigner.password },
    'user elsewhere, wrong password': { username: foreigner.email, password: 'wrong password here' },
    'disabled user': { username: disabled.email, password: disabled.password },
    'disabled user, wrong password': { username: disabled.email, password: 'wrong password here' },
  };
  const answers = new Map<string, ReturnType<typeof visible>>();
  for (const [name, attempt] of Object.entries(attempts)) {
    const hashes = people.hashes();
    const answer = await people.askSignIn(attempt);
    assert.equal(people.hashes(), hashes + 1, name);
    await people.target.expectRefusal(answer, 400, 'invalid_grant', name);
    answers.set(name, visible(answer));
  }
  const [first] = answers.values();
  for (const [name, answer] of answers) {
    assert.deepEqual(answer, first, name);
  }
});

test('61: only the audit log says which it was', async () => {
  const entries: AuditEntryRow[] = [];
  for (const [attempt, reason] of [
    [{ password: 'wrong password here' }, 'wrong_password'],
    [{ username: 'nobody@example.com' }, 'unknown_user'],
    [{ username: foreigner.email, password: foreigner.password }, 'user_not_allowed'],
    [{ username: disabled.email, password: disabled.password }, 'user_not_allowed'],
  ] as const) {
    const added = await people.auditEntriesOf(() => people.askSignIn(attempt));
    assert.deepEqual(
      added.map((entry) => [entry.action, entry.outcome, entry.reason]),
      [['token.issue', 'refused', reason]],
    );
    entries.push(...added);
  }
  assert.ok(entries.every((entry) => entry.organization_id === people.client.organizationId));
});

test('63: a user of two organizations signs in to each through its own clients only, and only while a member', async () => {
  const { context } = people.target.server;
  const other = await createOrganization(context, testActor, { name: 'Second' });
  const client = await people.newPasswordClient(other.id);
  const person = await people.newPerson();
  const there = {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    username: person.email,
    password: person.password,
  };
  await people.target.expectRefusal(await people.askSignIn(there), 400, 'invalid_grant');
  const membership = { organizationId: other.id, email: person.email };
  await addMember(context, testActor, { ...membership, role: 'member' });
  const claims = decodeJwt((await people.signIn(there)).access_token);
  assert.equal(claims['organization_id'], other.id);
  assert.equal(claims.sub, person.id);
  await removeMember(context, testActor, membership);
  await people.target.expectRefusal(await people.askSignIn(there), 400, 'invalid_grant');
  await people.signIn({ username: person.email, password: person.password });
});

test('63: nobody signs in to a disabled organization', async () => {
  const { context } = people.target.server;
  const other = await createOrganization(context, testActor, { name: 'Third' });
  const client = await people.newPasswordClient(other.id);
  const person = await people.newPerson({ organizationId: other.id });
  const there = {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    username: person.email,
    password: person.password,
  };
  await people.signIn(there);
  await switchOrganization(context, testActor, other.id, { state: 'disabled' });
  await people.target.expectRefusal(await people.askSignIn(there), 401, 'invalid_client');
});

test('66: a password counts byte for byte', async () => {
  const passwords = [
    ' only  a few    letters   ',
    ' leading and trailing ',
    'trailing newline\n',
    'tab\tand\u0000nul and \u007fdel',
    '🔑🗝🔒🔓🔐🛡⚔🪄🎯🎲🧩🧭',
    `${'öäü'.repeat(133)}ö and then ${'é'.repeat(107)}`,
    'e\u0301 is not \u00e9 here',
    'plus+percent%41&equals=',
    '"quotes" and \\backslashes\\',
  ];
  for (const password of passwords) {
    const person = await people.newPerson({ password });
    await people.signIn({ username: person.email, password });
    const near = [`${password} `, password.slice(0, -1), password.normalize('NFC'), password.trim()];
    for (const other of new Set(near.filter((text) => text !== password && text !== '' && text.isWellFormed()))) {
      const answer = await people.askSignIn({ username: person.email, password: other });
      assert.equal(answer.status, 400, JSON.stringify([password, other]));
    }
  }
});

test('66: a password in a JSON body is the same bytes', async () => {
  const password = 'zwölf\tZeichen \u{1f511}\n';
  const person = await people.newPerson({ password });
  await people.signIn({ username: person.email, password }, { type: 'application/json' });
});

test('66: a body that is too large is refused before anything is hashed', async () => {
  const hashes = people.hashes();
  const answer = await people.askSignIn({ password: 'x'.repeat(1024 * 1024) });
  await people.target.expectRefusal(answer, 413, 'invalid_request');
  assert.equal(people.hashes(), hashes);
});

test('67: without a user name or a password the request is refused and nothing is hashed', async () => {
  const hashes = people.hashes();
  for (const attempt of [{ username: '' }, { password: '' }, { username: '', password: '' }]) {
    await people.target.expectRefusal(await people.askSignIn(attempt), 400, 'invalid_request');
  }
  assert.equal(people.hashes(), hashes);
});

test('68: with bad client authentication no password is ever hashed', async () => {
  const hashes = people.hashes();
  const { clientId, clientSecret } = people.client;
  for (const attempt of [
    { client_secret: `${clientSecret.slice(0, -1)}_` },
    { client_secret: '' },
    { client_id: 'client_0000000000000000000000' },
    { client_id: '', client_secret: '' },
    { client_id: clientId, client_secret: people.target.client.clientSecret },
  ]) {
    await people.target.expectRefusal(await people.askSignIn(attempt), 401, 'invalid_client');
  }
  assert.equal(people.hashes(), hashes);
});

test('68: a scope that is not offered is refused before anything is hashed', async () => {
  const hashes = people.hashes();
  await people.target.expectRefusal(await people.askSignIn({ scope: 'admin' }), 400, 'invalid_scope');
  assert.equal(people.hashes(), hashes);
});

test('69: a new password ends every sign-in with the old one, and leaves an audit entry', async () => {
  const person = await people.newPerson();
  const before = await people.signIn({ username: person.email, password: person.password });
  await people.changePassword(person.email, 'another password entirely');
  await people.target.expectRefusal(await people.askRefresh(before.refresh_token), 400, 'invalid_grant');
  assert.equal(await people.isActive(before.access_token), false);
  await people.target.expectRefusal(
    await people.askSignIn({ username: person.email, password: person.password }),
    400,
    'invalid_grant',
  );
  await people.signIn({ username: person.email, password: 'another password entirely' });
  const entry = (await people.auditEntries()).find(({ action }) => action === 'user.set_password');
  assert.deepEqual(entry?.details, { refresh_tokens_revoked: 1 });
});

test('69: disabling a user ends every sign-in immediately, and enabling brings none of them back', async () => {
  const { context } = people.target.server;
  const person = await people.newPerson();
  const signIn = { username: person.email, password: person.password };
  const before = await people.signIn(signIn);
  await setUserState(context, testActor, person.email, 'disabled');
  for (const state of ['disabled', 'active'] as const) {
    await setUserState(context, testActor, person.email, state);
    await people.target.expectRefusal(await people.askRefresh(before.refresh_token), 400, 'invalid_grant', state);
    assert.equal(await people.isActive(before.access_token), false, state);
    assert.equal(await people.isActive(before.refresh_token), false, state);
  }
  people.target.server.advance(1000);
  const after = await people.signIn(signIn);
  assert.equal(await people.isActive(after.access_token), true);
  const entries = (await people.auditEntries()).filter(({ action }) => action === 'user.update');
  assert.ok(entries.some(({ details }) => details?.['refresh_tokens_revoked'] === 1));
});

test('70: a removed member can no longer refresh, not even after rejoining', async () => {
  const { context } = people.target.server;
  const person = await people.newPerson();
  const tokens = await people.signIn({ username: person.email, password: person.password });
  const membership = { organizationId: people.client.organizationId, email: person.email };
  people.target.server.advance(1000);
  await removeMember(context, testActor, membership);
  assert.equal(await people.isActive(tokens.access_token), false);
  await people.target.expectRefusal(await people.askRefresh(tokens.refresh_token), 400, 'invalid_grant');
  await addMember(context, testActor, { ...membership, role: 'member' });
  assert.equal(await people.isActive(tokens.access_token), false);
  await people.target.expectRefusal(await people.askRefresh(tokens.refresh_token), 400, 'invalid_grant');
});

test('263: when too many passwords are queued, the next is 503 with Retry-After, and clients still get their tokens', async () => {
  await using crowd = await startPeople();
  const attempts = Array.from({ length: 120 }, () => crowd.askSignIn({ password: 'wrong password here' }));
  const others = Array.from({ length: 20 }, () => crowd.target.send(crowd.target.good));
  for (const answer of await Promise.all(others)) {
    crowd.target.expectToken(answer);
  }
  const answers = await Promise.all(attempts);
  const full = answers.filter(({ status }) => status === 503);
  assert.ok(full.length > 0);
  assert.equal(answers.filter(({ status }) => status === 400).length, answers.length - full.length);
  for (const answer of full) {
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/);
    assert.equal((JSON.parse(answer.body) as Record<string, unknown>)['error'], 'temporarily_unavailable');
  }
  await crowd.signIn();
});

test('285: a hash with outdated cost is renewed at the next sign-in, and the password stays the same', async () => {
  const person = await people.newPerson();
  const { queries } = people.target.server.context.database;
  const hashOf = async () =>
    (await queries.selectFrom('users').select('password_hash').where('id', '=', person.id).executeTakeFirstOrThrow())
      .password_hash ?? '';
  const strong = await hashOf();
  assert.match(strong, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const weak = weakHashOf(person.password);
  await queries.updateTable('users').set({ password_hash: weak }).where('id', '=', person.id).execute();
  const signIn = { username: person.email, password: person.password };
  await people.target.expectRefusal(
    await people.askSignIn({ ...signIn, password: 'wrong password here' }),
    400,
    'invalid_grant',
  );
  assert.equal(await hashOf(), weak);
  await people.signIn(signIn);
  const renewed = await hashOf();
  assert.match(renewed, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(renewed, strong);
  await people.signIn(signIn);
  assert.equal(await hashOf(), renewed);
  assert.equal(await new QueuedPasswordHasher().verify(person.password, renewed), true);
});
