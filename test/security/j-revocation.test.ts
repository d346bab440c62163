import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { createApp } from '@bindery/server/app.ts';
import { createLogger } from '@bindery/server/logger.ts';
import { pruneRevokedTokens } from '@bindery/server/store/token-state.ts';
import { testActor } from '../support/app.ts';
import { type People, startPeople } from '../support/people.ts';

let people: People;

before(async () => {
  people = await startPeople();
});
after(() => people[Symbol.asyncDispose]());

test('158: revoking a refresh token ends it and everything from the same sign-in', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  const other = await people.signIn();
  await people.revoke(second.refresh_token);
  for (const token of [first.access_token, second.access_token, second.refresh_token]) {
    assert.equal(await people.isActive(token), false);
  }
  for (const token of [first.refresh_token, second.refresh_token]) {
    await people.target.expectRefusal(await people.askRefresh(token), 400, 'invalid_grant');
  }
  assert.equal(await people.isActive(other.access_token), true);
  assert.equal(await people.isActive(other.refresh_token), true);
});

test('158: revoking a used refresh token still revokes its family, because its holder means the sign-in', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  await people.revoke(first.refresh_token);
  assert.equal(await people.isActive(second.refresh_token), false);
});

test('159: a revoked access token is inactive immediately, and its refresh token keeps working', async () => {
  const { access_token, refresh_token } = await people.signIn();
  await people.revoke(access_token);
  assert.equal(await people.isActive(access_token), false);
  assert.equal(await people.isActive(refresh_token), true);
  const next = await people.refresh(refresh_token);
  assert.equal(await people.isActive(next.access_token), true);
});

test('159: a client can revoke its own token', async () => {
  const token = String(people.target.expectToken(await people.target.send(people.target.good))['access_token']);
  const { client_id, client_secret } = people.target.good as Record<'client_id' | 'client_secret', string>;
  await people.revoke(token, { client_id, client_secret });
  assert.equal(await people.isActive(token), false);
});

test('160: unknown, malformed and expired tokens are answered with 200 like any other', async () => {
  const expired = await people.signIn();
  people.target.server.advance(91 * 86_400_000);
  for (const token of [
    'x',
    'a.b.c',
    `bindery_refresh_${'0'.repeat(87)}`,
    'x'.repeat(10_000),
    expired.access_token,
    expired.refresh_token,
  ]) {
    await people.revoke(token);
  }
});

test("160: revoking another client's token is answered with 200 and has no effect, whatever its organization", async () => {
  const tokens = await people.signIn();
  const { context } = people.target.server;
  const other = await createOrganization(context, testActor, { name: 'Other' });
  for (const client of [await people.newPasswordClient(), await people.newPasswordClient(other.id)]) {
    const as = { client_id: client.clientId, client_secret: client.clientSecret };
    const entries = await people.auditEntriesOf(async () => {
      await people.revoke(tokens.access_token, as);
      await people.revoke(tokens.refresh_token, as);
    });
    assert.deepEqual(entries, []);
  }
  assert.equal(await people.isActive(tokens.access_token), true);
  assert.equal(await people.isActive(tokens.refresh_token), true);
});

test('162: without client authentication nothing is revoked; without a token the request is refused', async () => {
  const { access_token, refresh_token } = await people.signIn();
  for (const token of [access_token, refresh_token]) {
    for (const more of [{ client_secret: '' }, { client_secret: 'x' }, { client_id: '', client_secret: '' }]) {
      await people.target.expectRefusal(await people.askRevocation(token, more), 401, 'invalid_client');
    }
    assert.equal(await people.isActive(token), true);
  }
  await people.target.expectRefusal(await people.askRevocation(''), 400, 'invalid_request');
  const asked = await people.target.send('', { method: 'GET', path: '/oauth/revoke', type: undefined });
  await people.target.expectRefusal(asked, 405, 'invalid_request');
});

test('163: the hint does not matter, whether right, wrong or unknown', async () => {
  for (const token_type_hint of ['access_token', 'refresh_token', 'something_else']) {
    const { access_token, refresh_token } = await people.signIn();
    await people.revoke(access_token, { token_type_hint });
    assert.equal(await people.isActive(access_token), false, token_type_hint);
    await people.revoke(refresh_token, { token_type_hint });
    assert.equal(await people.isActive(refresh_token), false, token_type_hint);
  }
});

test('166: revoking twice is answered with 200 twice, and leaves one audit entry', async () => {
  const { access_token, refresh_token } = await people.signIn();
  for (const [token, kind] of [
    [access_token, 'access_token'],
    [refresh_token, 'refresh_token'],
  ] as const) {
    const entries = await people.auditEntriesOf(async () => {
      await people.revoke(token);
      await people.revoke(token);
    });
    assert.deepEqual(
      entries.map(({ action, outcome, details }) => [action, outcome, details?.['kind']]),
      [['token.revoke', 'done', kind]],
    );
  }
});

test('166: many simultaneous revocations of one token leave one audit entry', async () => {
  const { refresh_token } = await people.signIn();
  const entries = await people.auditEntriesOf(() =>
    Promise.all(Array.from({ length: 20 }, () => people.revoke(refresh_token))),
  );
  assert.equal(entries.length, 1);
});

test('167: a revoked token stays revoked in other processes and after a restart, until it would have expired', async () => {
  const { access_token } = await people.signIn();
  await people.revoke(access_token);
  const { config, now } = people.target.server.context;
  const context = await openStore(config, 'existing', now);
  const app = await createApp({
    context,
    logger: createLogger({ logLevel: 'silent', logFormat: 'json' }),
    isDraining: () => false,
  });
  const isActiveThere = async () => {
    const { clientId, clientSecret } = people.client;
    const answer = await app.inject({
      method: 'POST',
      url: '/oauth/introspect',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        token: access_token,
      }).toString(),
    });
    return (JSON.parse(answer.body) as { active: boolean }).active;
  };
  try {
    assert.equal(await isActiveThere(), false);
    people.target.server.advance(3600_000 + 59_000);
    await pruneRevokedTokens(context.database.queries, now(), 1000);
    assert.equal(await isActiveThere(), false);
    const rows = () => context.database.queries.selectFrom('revoked_tokens').select('token_hash').execute();
    assert.ok((await rows()).length > 0);
    people.target.server.advance(2000);
    await pruneRevokedTokens(context.database.queries, now(), 1000);
    assert.deepEqual(await rows(), []);
    assert.equal(await isActiveThere(), false);
  } finally {
    await app.close();
    await context.database.close();
  }
});

test("168: a revoked token is refused at its next use, both at introspection and by the API in the server's process", async () => {
  const { access_token } = await people.signIn();
  const open = () =>
    people.target.server.app.inject({
      url: '/api/binders',
      headers: { authorization: `Bearer ${access_token}`, 'x-tenant-id': people.client.organizationId },
    });
  assert.equal((await open()).statusCode, 200);
  await people.revoke(access_token);
  assert.equal(await people.isActive(access_token), false);
  assert.equal((await open()).statusCode, 401);
});

test('169: there is no JSONP callback, and no other origin is allowed', async () => {
  const { access_token } = await people.signIn();
  const answer = await people.askRevocation(
    access_token,
    { callback: 'alert' },
    { headers: { origin: 'https://evil.example' } },
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.body, '');
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});
