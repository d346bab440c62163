import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteClient } from '@bindery/server/actions/clients.ts';
import { KeyRing } from '@bindery/server/live/key-ring.ts';
import { startMaintenance } from '@bindery/server/live/maintenance.ts';
import { pruneRefreshFamilies, pruneSuccessors } from '@bindery/server/store/refresh-families.ts';
import { StoreUnavailableError } from '@bindery/server/store/unavailable.ts';
import { sql } from 'kysely';
import { testActor } from '../support/app.ts';
import { createClient, createUser, passwordGrants } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { type People, startPeople } from '../support/people.ts';
import { fillDisk } from '../support/stores.ts';
import { type Answer, assertSound } from '../support/target.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;

/** 503 with Retry-After and nothing usable. */
function expectUnavailable(answer: Answer, note: string): void {
  assert.equal(answer.status, 503, `${note} ${answer.body}`);
  assertSound({ ...answer, status: 499 }, note);
  assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/, note);
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  assert.equal(body['error'], 'temporarily_unavailable', note);
  assert.ok(
    Object.keys(body).every((name) => name.startsWith('error')),
    `${note} ${answer.body}`,
  );
}

/** One request for each way to change the store. */
function changes(people: People, refreshToken: string, accessToken: string) {
  return {
    'client credentials': () => people.target.send(people.target.good),
    'a sign-in': () => people.askSignIn(),
    'a refresh': () => people.askRefresh(refreshToken),
    'the revocation of a refresh token': () => people.askRevocation(refreshToken),
    'the revocation of an access token': () => people.askRevocation(accessToken),
    'a wrong client secret': () => people.askSignIn({ client_secret: 'x' }),
    'a wrong password': () => people.askSignIn({ password: 'x' }),
    'an unknown client': () => people.askSignIn({ client_id: 'x' }),
    'a wrong secret at introspection': () => people.askIntrospection('x', { client_secret: 'x' }),
  };
}

async function stateOf(people: People): Promise<string> {
  const { queries } = people.target.server.context.database;
  return JSON.stringify([
    await queries.selectFrom('refresh_families').selectAll().orderBy('id').execute(),
    await queries.selectFrom('revoked_tokens').selectAll().orderBy('token_hash').execute(),
    await queries.selectFrom('audit_entries').select('id').orderBy('id').execute(),
  ]);
}

test('278: while the audit log cannot be written, nothing is issued and nothing changes', async () => {
  await using people = await startPeople();
  const tokens = await people.signIn();
  const before = await stateOf(people);
  const makeRoom = await fillDisk(people.target.server.context.database);
  for (const [name, ask] of Object.entries(changes(people, tokens.refresh_token, tokens.access_token))) {
    if (name !== 'an unknown client') {
      expectUnavailable(await ask(), name);
    }
  }
  // Introspection changes nothing and needs no entry.
  assert.equal(await people.isActive(tokens.access_token), true);
  assert.equal(await people.isActive(tokens.refresh_token), true);
  assert.equal(await stateOf(people), before);
  await makeRoom();
  assert.equal(await people.isActive(tokens.access_token), true);
  await people.signIn();
  await people.refresh(tokens.refresh_token);
});

test('81: a refresh that could not be stored consumes no token and its retry is not reuse, however late it comes', async () => {
  await using people = await startPeople({ BINDERY_REFRESH_TOKEN_GRACE: '0' });
  const { refresh_token } = await people.signIn();
  const makeRoom = await fillDisk(people.target.server.context.database);
  for (let round = 0; round < 3; round += 1) {
    expectUnavailable(await people.askRefresh(refresh_token), 'a refresh');
  }
  await makeRoom();
  people.target.server.advance(60 * minute);
  const next = await people.refresh(refresh_token);
  assert.equal(await people.isActive(next.refresh_token), true);
});

test('165: a revocation that could not be stored succeeds at the next attempt, with its audit entry', async () => {
  await using people = await startPeople();
  const { access_token, refresh_token } = await people.signIn();
  const makeRoom = await fillDisk(people.target.server.context.database);
  expectUnavailable(await people.askRevocation(refresh_token), 'a revocation');
  assert.equal(await people.isActive(access_token), true);
  await makeRoom();
  const entries = await people.auditEntriesOf(() => people.revoke(refresh_token));
  assert.deepEqual(
    entries.map(({ action, outcome }) => [action, outcome]),
    [['token.revoke', 'done']],
  );
  assert.equal(await people.isActive(access_token), false);
});

test('290: while the store does not answer, every request is 503; it is used again once it answers', async () => {
  await using people = await startPeople();
  const tokens = await people.signIn();
  const before = await stateOf(people);
  const { database } = people.target.server.context;
  const { runTogether, transaction } = database;
  const fail = async (): Promise<never> => {
    throw new StoreUnavailableError('the store does not answer');
  };
  Object.assign(database, { runTogether: fail, transaction: fail });
  const asked = Object.entries(changes(people, tokens.refresh_token, tokens.access_token));
  for (const [name, ask] of asked) {
    expectUnavailable(await ask(), name);
  }
  // Many at the same time, too, and none of them hangs.
  const answers = await Promise.all(asked.flatMap(([, ask]) => [ask(), ask(), ask()]));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [503]);
  Object.assign(database, { runTogether, transaction });
  assert.equal(await stateOf(people), before);
  people.target.server.advance(60 * minute);
  await people.refresh(tokens.refresh_token);
  people.target.expectToken(await people.target.send(people.target.good));
});

test('296: an unexpected failure is a bare 500, and the next request is answered normally', async () => {
  await using people = await startPeople();
  const tokens = await people.signIn();
  const { queries } = people.target.server.context.database;
  const rename = (from: string, to: string) =>
    sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(queries);
  for (const [table, asks] of [
    [
      'refresh_families',
      [() => people.askRefresh(tokens.refresh_token), () => people.askRevocation(tokens.refresh_token)],
    ],
    ['memberships', [() => people.askSignIn(), () => people.askIntrospection(tokens.access_token)]],
    ['api_credentials', [() => people.askIntrospection('x', { client_id: 'api_x', client_secret: 'x' })]],
  ] as const) {
    await rename(table, 'gone');
    for (const ask of asks) {
      const answer = await ask();
      assert.equal(answer.status, 500, `${table} ${answer.body}`);
      assert.deepEqual(JSON.parse(answer.body), {
        error: 'server_error',
        error_description: 'internal server error; the server log has the details under the request id',
        error_uri: `${people.target.server.context.config.publicUrl}/docs/errors#server_error`,
      });
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.match(people.target.server.log(), new RegExp(String(answer.headers['x-request-id'])));
    }
    await rename('gone', table);
    assert.equal(await people.isActive(tokens.access_token), true);
    people.target.expectToken(await people.target.send(people.target.good));
  }
  for (const secret of people.target.secrets) {
    assert.ok(!people.target.server.log().includes(secret));
  }
});

test('300: a change that fails does not fail the others committed with it', async () => {
  await using people = await startPeople();
  const { context } = people.target.server;
  const doomed = await people.newPasswordClient();
  const as = { client_id: doomed.clientId, client_secret: doomed.clientSecret };
  const tokens = await Promise.all(Array.from({ length: 4 }, () => people.signIn()));
  // Deleted while the password is being checked: the sign-in no longer has a client to belong to.
  const hashes = people.hashes();
  const late = people.askSignIn(as);
  await waitFor(() => people.hashes() > hashes || undefined);
  const [, ...refreshed] = await Promise.all([
    deleteClient(context, testActor, { organizationId: doomed.organizationId, clientId: doomed.clientId }),
    ...tokens.map(({ refresh_token }) => people.askRefresh(refresh_token)),
  ]);
  for (const answer of refreshed) {
    people.expectTokens(answer);
  }
  const answer = await late;
  assert.ok(answer.status !== 200 && !answer.body.includes('access_token'), `${answer.status} ${answer.body}`);
  const { queries } = context.database;
  const left = await queries
    .selectFrom('refresh_families')
    .select('id')
    .where('client_id', '=', doomed.clientId)
    .execute();
  assert.deepEqual(left, []);
});

test("82: when the server dies between commit and response, the client's retry gets the successor", async () => {
  await using bindery = await startBindery();
  const password = 'canary password of a crash';
  const client = await createClient(bindery, { access: 'read', grants: passwordGrants });
  await createUser(bindery, { org: client.organization_id, email: 'a@example.com', password });
  const ask = async (fields: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ client_id: client.client_id, client_secret: client.client_secret, ...fields });
    const response = await fetch(`${bindery.url}/connect/token`, { method: 'POST', body });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, string>> };
  };
  const signedIn = await ask({ grant_type: 'password', username: 'a@example.com', password });
  const refresh = { grant_type: 'refresh_token', refresh_token: signedIn.body['refresh_token'] ?? '' };
  // As far as the client knows, this answer was never sent.
  const lost = await ask(refresh);
  assert.equal(lost.status, 200);
  await bindery.kill();
  const again = await bindery.restart();
  try {
    const answer = await ask(refresh);
    assert.equal(answer.status, 200);
    assert.equal(answer.body['refresh_token'], lost.body['refresh_token']);
    const next = await ask({ ...refresh, refresh_token: answer.body['refresh_token'] ?? '' });
    assert.equal(next.status, 200);
  } finally {
    await again.stop();
  }
});

test("292: a clock that jumps extends no token's life and revives no used one", async () => {
  await using people = await startPeople();
  const { server } = people.target;
  const { config, database, now } = server.context;
  server.advance(86_400_000);
  const used = await people.signIn();
  const successor = await people.refresh(used.refresh_token);
  const expired = await people.signIn();
  server.advance(minute);
  // What maintenance does every minute.
  await pruneSuccessors(database.queries, now() - config.refreshTokenGraceSeconds * 1000, 1000);
  await pruneRefreshFamilies(database.queries, now(), 1000);
  server.advance(-60 * minute);
  await people.target.expectRefusal(await people.askRefresh(used.refresh_token), 400, 'invalid_grant');
  assert.equal(await people.isActive(successor.refresh_token), false);
  server.advance(60 * minute + 3600_000 + minute);
  assert.equal(await people.isActive(expired.access_token), false);
  // 2038 and after.
  server.advance(9 * 365 * 86_400_000);
  const late = await people.signIn();
  assert.ok(Number((await people.introspect(late.access_token))['exp']) > 2 ** 31);
  await people.refresh(late.refresh_token);
});

test('268: expired rows are removed from the store automatically, in every table that grows with users and tokens', async () => {
  await using people = await startPeople();
  const { context, app } = people.target.server;
  const tokens = await people.signIn();
  await people.revoke(tokens.access_token);
  await people.refresh(tokens.refresh_token);
  people.target.server.advance(200 * 86_400_000);
  const stop = startMaintenance(context, new KeyRing(context), app.log);
  try {
    for (const table of ['refresh_families', 'revoked_tokens'] as const) {
      await waitFor(async () => {
        const rows = await context.database.queries.selectFrom(table).selectAll().execute();
        return rows.length === 0 || undefined;
      });
    }
  } finally {
    stop();
  }
  await people.target.expectRefusal(await people.askRefresh(tokens.refresh_token), 400, 'invalid_grant');
});
