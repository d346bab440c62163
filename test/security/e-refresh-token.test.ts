import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { createClient, createUser, passwordGrants } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { type People, type Person, startPeople, type Tokens } from '../support/people.ts';

const minute = 60_000;
const day = 86_400_000;

let people: People;

before(async () => {
  people = await startPeople();
});
after(() => people[Symbol.asyncDispose]());

async function expectRefused(refreshToken: string, more?: Readonly<Record<string, string>>): Promise<void> {
  await people.target.expectRefusal(await people.askRefresh(refreshToken, more), 400, 'invalid_grant');
}

test('71: a refresh returns a new access token and a new refresh token, and consumes the old one', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.notEqual(second.access_token, first.access_token);
  assert.equal(second.expires_in, 3600);
  const [before, after] = [decodeJwt(first.access_token), decodeJwt(second.access_token)];
  for (const claim of ['sub', 'client_id', 'organization_id', 'access', 'scope', 'aud', 'iss', 'sid']) {
    assert.equal(after[claim], before[claim], claim);
  }
  assert.equal(await people.isActive(first.refresh_token), false);
  assert.equal(await people.isActive(second.refresh_token), true);
  assert.equal(await people.isActive(first.access_token), true);
});

test('71: a refresh token works long after the access token has expired', async () => {
  const first = await people.signIn();
  people.target.server.advance(29 * day);
  assert.equal(await people.isActive(first.access_token), false);
  const second = await people.refresh(first.refresh_token);
  assert.equal(await people.isActive(second.access_token), true);
});

test('72: reuse after the grace window revokes the whole family and its access tokens', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  people.target.server.advance(30_000);
  const entries = await people.auditEntriesOf(() => expectRefused(first.refresh_token));
  assert.ok(entries.some(({ outcome, reason }) => outcome === 'refused' && reason === 'refresh_token_reuse'));
  for (const token of [first.access_token, second.access_token, second.refresh_token]) {
    assert.equal(await people.isActive(token), false);
  }
  await expectRefused(second.refresh_token);
  await people.signIn();
});

test('72: reuse revokes no other sign-in of the same user', async () => {
  const other = await people.signIn();
  const first = await people.signIn();
  await people.refresh(first.refresh_token);
  people.target.server.advance(minute);
  await expectRefused(first.refresh_token);
  assert.equal(await people.isActive(other.access_token), true);
  await people.refresh(other.refresh_token);
});

test('72: a token used long ago is still recognised as used, however often the family was refreshed since', async () => {
  const first = await people.signIn();
  let latest: Tokens = first;
  for (let round = 0; round < 20; round += 1) {
    people.target.server.advance(day);
    latest = await people.refresh(latest.refresh_token);
  }
  await expectRefused(first.refresh_token);
  await expectRefused(latest.refresh_token);
});

test('73: within the grace window the old token returns the very same successor, again and again', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  for (const seconds of [0, 10, 10, 9]) {
    people.target.server.advance(seconds * 1000);
    const again = await people.refresh(first.refresh_token);
    assert.equal(again.refresh_token, second.refresh_token);
    assert.equal(await people.isActive(again.access_token), true);
  }
  await people.refresh(second.refresh_token);
});

test('73: once the successor has been used, the old token is reuse even within the window', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  const third = await people.refresh(second.refresh_token);
  await expectRefused(first.refresh_token);
  await expectRefused(third.refresh_token);
  assert.equal(await people.isActive(third.access_token), false);
});

test('73: the successor is stored sealed under a key that only the old token yields, and not after the window', async () => {
  const first = await people.signIn();
  const { queries } = people.target.server.context.database;
  const familyId = String(decodeJwt(first.access_token)['sid']);
  const row = () =>
    queries.selectFrom('refresh_families').selectAll().where('id', '=', familyId).executeTakeFirstOrThrow();
  assert.equal((await row()).sealed_successor, null);
  const second = await people.refresh(first.refresh_token);
  const sealed = (await row()).sealed_successor;
  assert.ok(sealed !== null && !sealed.includes(second.refresh_token));
  assert.ok(!Buffer.from(sealed, 'base64url').toString('latin1').includes(second.refresh_token));
  await people.refresh(second.refresh_token);
  assert.notEqual((await row()).sealed_successor, sealed);
  people.target.server.advance(minute);
  await expectRefused(second.refresh_token);
  assert.equal((await row()).sealed_successor, null);
});

test('75: within the window a different scope is reuse, and the family is revoked', async () => {
  const first = await people.signIn({ scope: 'public ibinder_public' });
  const second = await people.refresh(first.refresh_token);
  await expectRefused(first.refresh_token, { scope: 'public' });
  await expectRefused(second.refresh_token);
});

test('75: within the window the same narrowed scope is the same request', async () => {
  const first = await people.signIn({ scope: 'public ibinder_public' });
  const second = await people.refresh(first.refresh_token, { scope: 'public' });
  const again = await people.refresh(first.refresh_token, { scope: 'public' });
  assert.equal(again.refresh_token, second.refresh_token);
  assert.equal(again.scope, 'public');
});

test('75: another client can neither use a token, nor get its successor, nor revoke its family by trying', async () => {
  const other = await people.newPasswordClient();
  const as = { client_id: other.clientId, client_secret: other.clientSecret };
  const first = await people.signIn();
  await expectRefused(first.refresh_token, as);
  const second = await people.refresh(first.refresh_token);
  await expectRefused(first.refresh_token, as);
  people.target.server.advance(minute);
  await expectRefused(first.refresh_token, as);
  await people.refresh(second.refresh_token);
});

test('77: a retry within the grace window extends neither the idle nor the absolute lifetime', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  const lifeOf = async () => (await people.introspect(second.refresh_token))['exp'];
  const before = await lifeOf();
  people.target.server.advance(29_000);
  await people.refresh(first.refresh_token);
  assert.equal(await lifeOf(), before);
});

test('78: with a window of 0 each token works exactly once', async () => {
  await using strict = await startPeople({ BINDERY_REFRESH_TOKEN_GRACE: '0' });
  const first = await strict.signIn();
  const second = await strict.refresh(first.refresh_token);
  const row = await strict.target.server.context.database.queries
    .selectFrom('refresh_families')
    .select('sealed_successor')
    .executeTakeFirstOrThrow();
  assert.equal(row.sealed_successor, null);
  await strict.target.expectRefusal(await strict.askRefresh(first.refresh_token), 400, 'invalid_grant');
  await strict.target.expectRefusal(await strict.askRefresh(second.refresh_token), 400, 'invalid_grant');
});

test('79: 200 parallel refreshes of one token all get the same successor', async () => {
  const first = await people.signIn();
  const answers = await Promise.all(Array.from({ length: 200 }, () => people.askRefresh(first.refresh_token)));
  const successors = new Set(answers.map((answer) => people.expectTokens(answer).refresh_token));
  assert.equal(successors.size, 1);
  const [successor = ''] = successors;
  await people.refresh(successor);
});

test('79: of 200 parallel refreshes without a grace window one wins, and then the whole family is revoked', async () => {
  await using strict = await startPeople({ BINDERY_REFRESH_TOKEN_GRACE: '0' });
  const first = await strict.signIn();
  const answers = await Promise.all(Array.from({ length: 200 }, () => strict.askRefresh(first.refresh_token)));
  const won = answers.filter(({ status }) => status === 200).map((answer) => strict.expectTokens(answer));
  assert.equal(won.length, 1);
  assert.equal(answers.filter(({ status }) => status === 400).length, 199);
  assert.equal(await strict.isActive(won[0]?.refresh_token ?? ''), false);
  assert.equal(await strict.isActive(won[0]?.access_token ?? ''), false);
});

test('79: 200 parallel refreshes over two processes leave one live branch', async () => {
  await using one = await startBindery();
  const email = 'ana@example.com';
  const password = 'canary password of two processes';
  const client = await createClient(one, { access: 'read', grants: passwordGrants });
  await createUser(one, { org: client.organization_id, email, password });
  const two = await startBindery({ dataDir: one.dataDir, env: { BINDERY_PUBLIC_URL: one.url } });
  try {
    const ask = async (url: string, fields: Readonly<Record<string, string>>, path = '/connect/token') => {
      const body = new URLSearchParams({ client_id: client.client_id, client_secret: client.client_secret, ...fields });
      const response = await fetch(url + path, { method: 'POST', body });
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, string>> };
    };
    const first = await ask(one.url, { grant_type: 'password', username: email, password });
    assert.equal(first.status, 200);
    const refresh = (url: string, refresh_token = '') => ask(url, { grant_type: 'refresh_token', refresh_token });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        refresh(index % 2 === 0 ? one.url : two.url, first.body['refresh_token']),
      ),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const successors = new Set(answers.map(({ body }) => body['refresh_token']));
    assert.equal(successors.size, 1);
    const [successor = ''] = successors;
    // What one process revokes, the other refuses at its next request.
    const next = await refresh(two.url, successor);
    assert.equal(next.status, 200);
    assert.equal((await refresh(one.url, first.body['refresh_token'])).status, 400);
    assert.equal((await refresh(two.url, next.body['refresh_token'])).status, 400);
    const introspected = await ask(one.url, { token: next.body['access_token'] ?? '' }, '/oauth/introspect');
    assert.deepEqual(introspected.body, { active: false });
  } finally {
    await two.stop();
  }
});

test('80: when a refresh and a revocation race, nothing is live once the revocation was answered', async () => {
  const signed = await Promise.all(Array.from({ length: 8 }, () => people.signIn()));
  for (let round = 0; round < 10; round += 1) {
    for (const [index, tokens] of signed.entries()) {
      const [refreshed] = await Promise.all([
        people.askRefresh(tokens.refresh_token),
        ...(round === 9 ? [people.revoke(tokens.refresh_token)] : []),
      ]);
      if (round < 9) {
        signed[index] = people.expectTokens(refreshed);
        continue;
      }
      const live = refreshed.status === 200 ? people.expectTokens(refreshed) : undefined;
      assert.ok(refreshed.status === 200 || refreshed.status === 400);
      for (const token of [tokens.access_token, tokens.refresh_token, live?.access_token, live?.refresh_token]) {
        assert.equal(token !== undefined && (await people.isActive(token)), false);
      }
    }
  }
});

test('83: used and revoked tokens stay so after a restart', async () => {
  await using one = await startBindery({ env: { BINDERY_REFRESH_TOKEN_GRACE: '0' } });
  const password = 'canary password of a restart';
  const client = await createClient(one, { access: 'read', grants: passwordGrants });
  await createUser(one, { org: client.organization_id, email: 'a@b', password });
  const ask = async (path: string, fields: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ client_id: client.client_id, client_secret: client.client_secret, ...fields });
    const response = await fetch(one.url + path, { method: 'POST', body });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text || '{}') as Readonly<Record<string, string>> };
  };
  const signIn = async () => (await ask('/connect/token', { grant_type: 'password', username: 'a@b', password })).body;
  const refresh = (refresh_token = '') => ask('/connect/token', { grant_type: 'refresh_token', refresh_token });
  const [used, ended, revoked] = [await signIn(), await signIn(), await signIn()];
  const successor = (await refresh(used['refresh_token'])).body;
  await ask('/oauth/revoke', { token: ended['refresh_token'] ?? '' });
  await ask('/oauth/revoke', { token: revoked['access_token'] ?? '' });
  await one.kill();
  const again = await one.restart();
  try {
    assert.equal((await refresh(ended['refresh_token'])).status, 400);
    for (const token of [ended['access_token'], revoked['access_token']]) {
      assert.deepEqual((await ask('/oauth/introspect', { token: token ?? '' })).body, { active: false });
    }
    assert.equal((await refresh(used['refresh_token'])).status, 400);
    assert.equal((await refresh(successor['refresh_token'])).status, 400);
    assert.equal((await refresh(revoked['refresh_token'])).status, 200);
  } finally {
    await again.stop();
  }
});

test('85: a refresh requires client authentication', async () => {
  const { refresh_token } = await people.signIn();
  for (const more of [{ client_secret: '' }, { client_secret: 'x' }, { client_id: '', client_secret: '' }]) {
    await people.target.expectRefusal(await people.askRefresh(refresh_token, more), 401, 'invalid_client');
  }
  await people.refresh(refresh_token);
});

test('86: a narrower scope narrows only the access token; a wider one is refused and consumes nothing', async () => {
  const first = await people.signIn({ scope: 'public ibinder_public' });
  const narrowed = await people.refresh(first.refresh_token, { scope: 'ibinder_public' });
  assert.equal(narrowed.scope, 'ibinder_public');
  assert.equal(decodeJwt(narrowed.access_token)['scope'], 'ibinder_public');
  const full = await people.refresh(narrowed.refresh_token);
  assert.equal(full.scope, 'public ibinder_public');
  const small = await people.signIn({ scope: 'public' });
  for (const scope of ['public ibinder_public', 'ibinder_public', 'admin', 'public admin', ' ', 'public  public']) {
    await people.target.expectRefusal(await people.askRefresh(small.refresh_token, { scope }), 400, 'invalid_scope');
  }
  assert.equal((await people.refresh(small.refresh_token)).scope, 'public');
});

test('87: a resource other than the audience is refused and consumes nothing', async () => {
  const { refresh_token } = await people.signIn();
  const answer = await people.askRefresh(refresh_token, { resource: 'https://other.example.com' });
  await people.target.expectRefusal(answer, 400, 'invalid_target');
  await people.refresh(refresh_token, { resource: people.target.server.context.config.audience });
});

test('88: an unused token expires after its idle lifetime, to the millisecond', async () => {
  const used = await people.signIn();
  const unused = await people.signIn();
  people.target.server.advance(30 * day - 1);
  await people.refresh(used.refresh_token);
  people.target.server.advance(1);
  assert.equal(await people.isActive(unused.refresh_token), false);
  await expectRefused(unused.refresh_token);
});

test('88: no rotation extends the absolute lifetime', async () => {
  let tokens = await people.signIn();
  const end = people.target.server.context.now() + 90 * day;
  for (let round = 0; round < 8; round += 1) {
    people.target.server.advance(11 * day);
    tokens = await people.refresh(tokens.refresh_token);
  }
  people.target.server.advance(end - people.target.server.context.now() - 1);
  tokens = await people.refresh(tokens.refresh_token);
  assert.equal((await people.introspect(tokens.refresh_token))['exp'], Math.floor(end / 1000));
  people.target.server.advance(1);
  assert.equal(await people.isActive(tokens.refresh_token), false);
  await expectRefused(tokens.refresh_token);
});

test('88: both lifetimes are settings', async () => {
  await using short = await startPeople({
    BINDERY_REFRESH_TOKEN_IDLE_LIFETIME: '60',
    BINDERY_REFRESH_TOKEN_ABSOLUTE_LIFETIME: '100',
  });
  const idle = await short.signIn();
  let kept = await short.signIn();
  short.target.server.advance(59_000);
  kept = await short.refresh(kept.refresh_token);
  short.target.server.advance(1000);
  await short.target.expectRefusal(await short.askRefresh(idle.refresh_token), 400, 'invalid_grant');
  short.target.server.advance(39_999);
  kept = await short.refresh(kept.refresh_token);
  short.target.server.advance(1);
  await short.target.expectRefusal(await short.askRefresh(kept.refresh_token), 400, 'invalid_grant');
});

test('89: a token of one kind is not accepted as the other', async () => {
  const tokens = await people.signIn();
  await expectRefused(tokens.access_token);
  const answer = await people.target.server.app.inject({
    url: '/api/binders',
    headers: { authorization: `Bearer ${tokens.refresh_token}`, 'x-tenant-id': people.client.organizationId },
  });
  assert.equal(answer.statusCode, 401);
  const asAssertion = await people.askSignIn({ client_secret: '', client_assertion: tokens.refresh_token });
  await people.target.expectRefusal(asAssertion, 401, 'invalid_client');
});

test("89: a refresh token altered anywhere is unknown, and revokes nobody's sign-in", async () => {
  const { refresh_token } = await people.signIn();
  const swapCase = (text: string) =>
    text.replace(/[a-zA-Z]/, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
  const tail = refresh_token.slice('bindery_refresh_'.length);
  for (const changed of [
    refresh_token.slice(0, -1),
    `${refresh_token}0`,
    refresh_token.slice(1),
    `bindery_refresh_${swapCase(tail)}`,
    refresh_token.toLowerCase(),
    // The family's id is real, everything else is made up.
    `bindery_refresh_${tail.slice(0, 22)}${'0'.repeat(65)}`,
    `${refresh_token.slice(0, -1)}${refresh_token.endsWith('0') ? '1' : '0'}`,
  ]) {
    await expectRefused(changed);
  }
  await people.refresh(refresh_token);
});

test('90: input that is not a refresh token is refused like an invalid one', async () => {
  for (const text of [
    'x',
    'x'.repeat(10_000),
    'bindery_refresh_',
    `bindery_refresh_${'é'.length}`,
    '../../etc/passwd',
    "' or ''='",
  ]) {
    await expectRefused(text);
  }
  for (const text of ['', '\u0000\u0001', 'é'.repeat(10)]) {
    await people.target.expectRefusal(await people.askRefresh(text), 400, 'invalid_request');
  }
});

test('93: a family is one row, however often it is refreshed', async () => {
  const { queries } = people.target.server.context.database;
  let tokens = await people.signIn();
  const familyId = String(decodeJwt(tokens.access_token)['sid']);
  for (let round = 0; round < 50; round += 1) {
    tokens = await people.refresh(tokens.refresh_token);
  }
  const rows = await queries.selectFrom('refresh_families').select('id').where('id', '=', familyId).execute();
  assert.equal(rows.length, 1);
});

test('257: the store holds only hashes of refresh tokens', async () => {
  const person: Person = people.person;
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  const rows = await people.target.server.context.database.queries
    .selectFrom('refresh_families')
    .selectAll()
    .where('user_id', '=', person.id)
    .execute();
  const text = JSON.stringify(rows);
  for (const { refresh_token } of [first, second]) {
    assert.ok(!text.includes(refresh_token));
    assert.ok(!text.includes(refresh_token.slice(-65)));
  }
});
