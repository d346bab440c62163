import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { deleteClient, updateClient } from '@bindery/server/actions/clients.ts';
import { addMember, removeMember, setMemberRole } from '@bindery/server/actions/members.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { rotateSigningKey } from '@bindery/server/actions/signing-keys.ts';
import { setUserState } from '@bindery/server/actions/users.ts';
import { createProgram } from '@bindery/server/program.ts';
import { sql } from 'kysely';
import { testActor } from '../support/app.ts';
import { createClient, createUser, passwordGrants } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { type People, startPeople } from '../support/people.ts';
import { openStoreForTest } from '../support/stores.ts';
import { basic } from '../support/target.ts';

/** Every value of every table, as text. */
async function dump(people: People): Promise<readonly string[]> {
  const { database } = people.target.server.context;
  const tables = await database.queries.introspection.getTables();
  const values = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(database.queries);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      if (value !== null && value !== '') {
        values.add(String(value));
      }
    }
  }
  assert.ok(tables.length > 10 && values.size > 20);
  return [...values];
}

/** Encodings in which a secret may hide in a text. */
function disguises(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ];
}

/** Everything that can be done with a user's tokens, valid and invalid; the target knows every secret involved. */
async function useEverything(people: People): Promise<void> {
  const { context } = people.target.server;
  const tokens = await people.signIn();
  const next = await people.refresh(tokens.refresh_token);
  await people.refresh(tokens.refresh_token);
  await people.introspect(next.access_token);
  await people.introspect(next.refresh_token);
  await people.askSignIn({ password: guess(people, 'guessed password of a canary') });
  await people.askSignIn({ client_secret: guess(people, 'bindery_secret_canary_that_is_wrong') });
  await people.askRefresh(guess(people, 'bindery_refresh_canary_that_is_wrong'));
  await people.askIntrospection(guess(people, 'eyJhbGciOiJub25lIn0.canary.token'));
  await people.askRevocation(guess(people, 'eyJhbGciOiJub25lIn0.canary.revoked'));
  await people.target.send(`{"password":"${guess(people, 'canary in broken JSON')}"`, { type: 'application/json' });
  await people.target.send(`password=${guess(people, 'canary%GG')}`);
  await people.target.send('', { query: `?client_secret=${guess(people, 'canary-in-query')}` });
  await people.target.send('', { path: `/connect/${guess(people, 'canary-in-path')}` }).catch(() => undefined);
  await people.target.send(
    { grant_type: 'client_credentials' },
    { headers: { authorization: basic('x', guess(people, 'canary-in-header')) } },
  );
  people.target.server.advance(60_000);
  await people.askRefresh(tokens.refresh_token);
  await people.revoke((await people.signIn()).refresh_token);
  await people.changePassword(people.person.email, 'the second canary password');
  const rotated = await rotateSecret(
    context,
    testActor,
    { organizationId: people.client.organizationId, clientId: people.client.clientId },
    { overlapMilliseconds: 60_000, secretExpiresAt: null },
  );
  const api = await createApiCredential(context, testActor, { name: 'API', audience: context.config.audience });
  people.target.secrets.add(rotated.clientSecret).add(api.clientSecret);
}

function guess(people: People, text: string): string {
  people.target.secrets.add(text);
  return text;
}

test('274: after everything that can be done with tokens, no secret is in the log or in the store', async () => {
  await using people = await startPeople();
  await useEverything(people);
  // A path is logged, and is no place for a secret.
  people.target.secrets.delete('canary-in-path');
  const stored = (await dump(people)).join('\n');
  const log = people.target.server.log();
  assert.ok(people.target.secrets.size > 15);
  assert.ok(log.includes(people.client.clientId) || stored.includes(people.client.clientId));
  for (const secret of people.target.secrets) {
    for (const form of disguises(secret)) {
      assert.ok(!stored.includes(form), `the store has ${form}`);
      assert.ok(!log.includes(form), `the log has ${form}`);
    }
  }
});

test('275: even at trace level and after internal errors, the log of a real server has no secret', async () => {
  await using bindery = await startBindery({ env: { BINDERY_LOG_LEVEL: 'trace' } });
  const canaries = await useRealServer(bindery);
  const log = bindery.log();
  assert.match(log, /no such table|does not exist/);
  assert.ok(canaries.length >= 8);
  const files = readdirSync(bindery.dataDir).filter((name) => name !== 'master-key');
  const contents = [log, ...files.map((name) => readFileSync(join(bindery.dataDir, name), 'latin1'))];
  const masterKey = readFileSync(join(bindery.dataDir, 'master-key'), 'utf8').trim();
  for (const canary of [...canaries, masterKey]) {
    for (const form of disguises(canary)) {
      assert.ok(!contents.some((content) => content.includes(form)), `a secret stands in log or files: ${form}`);
    }
  }
});

/** Uses a server until it fails internally; returns the secrets involved. */
async function useRealServer(bindery: Bindery): Promise<readonly string[]> {
  const password = 'canary password of a real server';
  const client = await createClient(bindery, { access: 'read', grants: passwordGrants });
  await createUser(bindery, { org: client.organization_id, email: 'a@example.com', password, role: 'owner' });
  const ask = async (fields: Readonly<Record<string, string>>, path = '/connect/token') => {
    const body = new URLSearchParams({ client_id: client.client_id, client_secret: client.client_secret, ...fields });
    const response = await fetch(bindery.url + path, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  };
  const signIn = { grant_type: 'password', username: 'a@example.com', password };
  const tokens = JSON.parse((await ask(signIn)).text) as { access_token: string; refresh_token: string };
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  const next = JSON.parse((await ask(refresh)).text) as { access_token: string; refresh_token: string };
  const wrong = ['wrong canary password', 'bindery_secret_wrongcanary', 'bindery_refresh_wrongcanary'] as const;
  assert.equal((await ask({ ...signIn, password: wrong[0] })).status, 400);
  assert.equal((await ask({ ...signIn, client_secret: wrong[1] })).status, 401);
  assert.equal((await ask({ ...refresh, refresh_token: wrong[2] })).status, 400);
  await using store = await openStoreForTest(bindery);
  await sql.raw('alter table refresh_families rename to gone').execute(store.database.queries);
  for (const [fields, path] of [
    [{ ...refresh, refresh_token: next.refresh_token }, '/connect/token'],
    [signIn, '/connect/token'],
    [{ token: next.refresh_token }, '/oauth/introspect'],
    [{ token: next.refresh_token }, '/oauth/revoke'],
  ] as const) {
    const answer = await ask(fields, path);
    assert.ok(answer.status >= 500, `${answer.status}`);
    assert.doesNotMatch(answer.text, /table|gone|families|sql|\.ts/i);
  }
  await sql.raw('alter table gone rename to refresh_families').execute(store.database.queries);
  assert.equal((await ask({ ...refresh, refresh_token: next.refresh_token })).status, 200);
  return [
    client.client_secret,
    password,
    tokens.access_token,
    tokens.refresh_token,
    next.access_token,
    next.refresh_token,
    ...wrong,
  ];
}

test('277: each decision records who, what, when, where and the outcome, under the request id that the caller saw', async () => {
  await using people = await startPeople();
  const headers = { 'x-request-id': 'request-of-the-test', 'user-agent': 'a test' };
  const sending = { headers, remoteAddress: '203.0.113.7' };
  let tokens = await people.signIn();
  const wanted: readonly (readonly [string, string, string | null, () => Promise<unknown>])[] = [
    ['token.issue', 'issued', null, () => people.target.send(people.target.good, sending)],
    ['token.issue', 'issued', null, () => people.askSignIn({}, sending)],
    [
      'token.issue',
      'issued',
      null,
      async () => {
        tokens = people.expectTokens(await people.askRefresh(tokens.refresh_token, {}, sending));
      },
    ],
    ['token.issue', 'refused', 'invalid_scope', () => people.askSignIn({ scope: 'x' }, sending)],
    ['token.issue', 'refused', 'unsupported_grant_type', () => people.askSignIn({ grant_type: 'x' }, sending)],
    ['token.issue', 'refused', 'wrong_password', () => people.askSignIn({ password: 'x' }, sending)],
    ['token.issue', 'refused', 'mistyped_secret', () => people.askSignIn({ client_secret: 'x' }, sending)],
    ['token.issue', 'refused', 'unknown_refresh_token', () => people.askRefresh('x', {}, sending)],
    [
      'token.introspect',
      'refused',
      'mistyped_secret',
      () => people.askIntrospection('x', { client_secret: 'x' }, sending),
    ],
    ['token.revoke', 'refused', 'mistyped_secret', () => people.askRevocation('x', { client_secret: 'x' }, sending)],
    ['token.revoke', 'done', null, () => people.askRevocation(tokens.access_token, {}, sending)],
    ['token.revoke', 'done', null, () => people.askRevocation(tokens.refresh_token, {}, sending)],
    ['token.issue', 'refused', 'refresh_token_revoked', () => people.askRefresh(tokens.refresh_token, {}, sending)],
  ];
  for (const [action, outcome, reason, act] of wanted) {
    const note = `${action} ${outcome} ${reason}`;
    const entries = await people.auditEntriesOf(act);
    assert.equal(entries.length, 1, note);
    const [entry] = entries;
    assert.deepEqual([entry?.action, entry?.outcome, entry?.reason], [action, outcome, reason], note);
    assert.equal(entry?.organization_id, people.client.organizationId, note);
    assert.equal(entry?.address, '203.0.113.7', note);
    assert.equal(entry?.request_id, 'request-of-the-test', note);
    assert.equal(entry?.at, people.target.server.context.now(), note);
    assert.match(String(entry?.actor_id), /^client_/, note);
  }
});

test('277: an issued token is recorded by its id, with its grant, its user and the secret that was used', async () => {
  await using people = await startPeople();
  const [signIn] = await people.auditEntriesOf(() => people.signIn());
  const { grant_type, scope, token_id, secret_id, user_id } = signIn?.details ?? {};
  assert.deepEqual([grant_type, scope, user_id], ['password', 'public', people.person.id]);
  assert.match(String(token_id), /^[\w-]{43}$/);
  assert.match(String(secret_id), /^secret_/);
});

test('277: attempts of unknown clients are counted by address and reason', async () => {
  await using people = await startPeople();
  const sending = { remoteAddress: '203.0.113.7' };
  for (let round = 0; round < 3; round += 1) {
    await people.askSignIn({ client_id: `client_${round}` }, sending);
  }
  const rows = await people.target.server.context.database.queries
    .selectFrom('unknown_client_refusals')
    .select(['address', 'reason', 'refused'])
    .execute();
  assert.deepEqual(
    rows.map((row) => ({ ...row, refused: Number(row.refused) })),
    [{ address: '203.0.113.7', reason: 'unknown_client', refused: 3 }],
  );
});

test('277: what an operator does to users, keys and API credentials is in the audit log', async () => {
  await using people = await startPeople();
  const { context } = people.target.server;
  const other = await createOrganization(context, testActor, { name: 'Other' });
  await people.newPerson({ organizationId: other.id, role: 'owner' });
  const membership = { organizationId: other.id, email: people.person.email };
  const client = { organizationId: people.client.organizationId, clientId: people.client.clientId };
  for (const [action, act] of [
    ['user.create', () => people.newPerson()],
    ['member.add', () => addMember(context, testActor, { ...membership, role: 'member' })],
    ['member.update', () => setMemberRole(context, testActor, { ...membership, role: 'owner' })],
    ['member.remove', () => removeMember(context, testActor, membership)],
    ['user.set_password', () => people.changePassword(people.person.email, 'a new canary password')],
    ['user.update', () => setUserState(context, testActor, people.person.email, 'disabled')],
    ['api_credential.create', () => createApiCredential(context, testActor, { name: 'API', audience: 'x' })],
    ['signing_key.create', () => rotateSigningKey(context, testActor)],
    ['client.update', () => updateClient(context, testActor, client, { state: 'disabled' })],
    ['client.delete', () => deleteClient(context, testActor, client)],
  ] as const) {
    const entries = await people.auditEntriesOf(act);
    assert.deepEqual(
      entries.map((entry) => [entry.action, entry.outcome, entry.actor_id]),
      [[action, 'done', 'test']],
    );
  }
});

test('280: no value in the store works as a credential: each one, sent as any kind, is refused', async () => {
  await using people = await startPeople();
  const { context } = people.target.server;
  const tokens = await people.signIn();
  await people.refresh(tokens.refresh_token);
  await createApiCredential(context, testActor, { name: 'API', audience: context.config.audience });
  const { clientId } = people.target.client;
  const values = await dump(people);
  for (const value of values.filter((text) => text.length < 8000)) {
    const answers = await Promise.all([
      people.target.send({ ...people.target.good, client_secret: value }),
      people.target.send({ grant_type: 'client_credentials' }, { headers: { authorization: basic(clientId, value) } }),
      people.askRefresh(value),
      people.askIntrospection(value),
    ]);
    const [secret, header, refreshed, introspected] = answers;
    assert.deepEqual([secret?.status, header?.status], [401, 401], value);
    assert.equal(refreshed?.status, 400, value);
    assert.notEqual(JSON.parse(introspected?.body ?? '{}').active, true, value);
  }
  // Trying a password is expensive: only values that could be one.
  for (const value of values.filter((text) => text.startsWith('$argon2id$'))) {
    assert.equal((await people.askSignIn({ password: value })).status, 400);
  }
});

test('281: each private key is sealed under its own nonce and bound to its key id', async () => {
  await using people = await startPeople();
  const { context } = people.target.server;
  await rotateSigningKey(context, testActor);
  const keys = await context.database.queries.selectFrom('signing_keys').selectAll().execute();
  assert.equal(keys.length, 2);
  const nonces = keys.map((key) => Buffer.from(key.sealed_private_key, 'base64url').subarray(0, 12).toString('hex'));
  assert.equal(new Set(nonces).size, 2);
  for (const key of keys) {
    const opened = Buffer.from(key.sealed_private_key, 'base64url').toString('latin1');
    assert.doesNotMatch(opened + key.sealed_private_key, /PRIVATE KEY/);
  }
});

test('284: files that a server creates are accessible to its own user only', async () => {
  await using bindery = await startBindery();
  assert.equal(statSync(bindery.dataDir).mode & 0o077, 0);
  for (const name of readdirSync(bindery.dataDir)) {
    assert.equal(statSync(join(bindery.dataDir, name)).mode & 0o777, 0o600, name);
  }
  assert.ok(readdirSync(bindery.dataDir).includes('master-key'));
});

type Command = ReturnType<typeof createProgram>;

/** Every command below a command. */
function commandsBelow(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...commandsBelow(one)]);
}

test('286: no command line argument takes a password or a secret', () => {
  const commands = commandsBelow(createProgram(() => undefined));
  assert.ok(commands.some((command) => command.name() === 'set-password'));
  for (const command of commands) {
    const taken = [
      ...command.options.filter(({ required, optional }) => required || optional).map(({ flags }) => flags),
      ...command.registeredArguments.map((argument) => argument.name()),
    ];
    for (const name of taken) {
      assert.doesNotMatch(name, /(?:password|secret|token)(?!-(?:file|id))/, `${command.name()} ${name}`);
    }
  }
});

test('286: health, readiness, metadata and keys reveal nothing secret', async () => {
  await using people = await startPeople();
  await people.signIn();
  const { app, context } = people.target.server;
  for (const url of ['/healthz', '/readyz', '/.well-known/oauth-authorization-server', '/.well-known/jwks.json', '/']) {
    const { statusCode, body, headers } = await app.inject({ url });
    assert.ok(statusCode < 400, url);
    const text = body + JSON.stringify(headers);
    for (const secret of [
      ...people.target.secrets,
      context.config.dataDir,
      people.person.email,
      people.client.clientId,
    ]) {
      assert.ok(!text.includes(secret), url);
    }
  }
  assert.equal((await app.inject({ url: '/metrics' })).statusCode, 404);
});
