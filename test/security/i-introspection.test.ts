import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiCredential, deleteApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { deleteClient, updateClient } from '@bindery/server/actions/clients.ts';
import { createOrganization, switchOrganization } from '@bindery/server/actions/organizations.ts';
import { setUserState } from '@bindery/server/actions/users.ts';
import { decodeJwt } from 'jose';
import { testActor } from '../support/app.ts';
import { type People, startPeople } from '../support/people.ts';
import { assertSound, basic } from '../support/target.ts';

let people: People;

before(async () => {
  people = await startPeople();
});
after(() => people[Symbol.asyncDispose]());

const inactive = { active: false };

async function newApi(audience: string) {
  const made = await createApiCredential(people.target.server.context, testActor, { name: 'An API', audience });
  people.target.secrets.add(made.clientSecret);
  return { client_id: made.credential.id, client_secret: made.clientSecret };
}

/** A client of another organization. */
async function newStranger() {
  const other = await createOrganization(people.target.server.context, testActor, { name: 'Other' });
  return people.newPasswordClient(other.id);
}

async function clientToken(): Promise<string> {
  return String(people.target.expectToken(await people.target.send(people.target.good))['access_token']);
}

test('147: with missing or wrong credentials nothing is revealed, with a challenge if the header was used', async () => {
  const token = await clientToken();
  const { clientId } = people.client;
  for (const more of [{ client_secret: '' }, { client_secret: 'x' }, { client_id: '', client_secret: '' }]) {
    const answer = await people.askIntrospection(token, more);
    assert.equal(answer.headers['www-authenticate'], undefined);
    await people.target.expectRefusal(answer, 401, 'invalid_client');
  }
  const withHeader = await people.target.send(
    { token },
    { path: '/oauth/introspect', headers: { authorization: basic(clientId, 'wrong') } },
  );
  assert.match(String(withHeader.headers['www-authenticate']), /^Basic /);
  await people.target.expectRefusal(withHeader, 401, 'invalid_client');
});

test('147: an access token is not accepted as a credential', async () => {
  const token = await clientToken();
  const answer = await people.target.send(
    { token },
    { path: '/oauth/introspect', headers: { authorization: `Bearer ${token}` } },
  );
  await people.target.expectRefusal(answer, 401, 'invalid_client');
});

test('147: GET is 405, and its query is never logged', async () => {
  const token = await clientToken();
  const answer = await people.target.send('', {
    method: 'GET',
    path: '/oauth/introspect',
    query: `?token=${token}`,
    type: undefined,
  });
  assert.equal(answer.headers['allow'], 'POST');
  await people.target.expectRefusal(answer, 405, 'invalid_request');
});

test("148: a client can introspect tokens of its own organization, its own and another client's", async () => {
  const token = await clientToken();
  const { sid: _sid, ...claims } = decodeJwt(token);
  const told = await people.introspect(token);
  assert.deepEqual(told, { active: true, token_type: 'Bearer', ...claims });
  for (const name of ['scope', 'client_id', 'sub', 'aud', 'iss', 'exp', 'iat', 'jti', 'organization_id', 'access']) {
    assert.ok(name in told, name);
  }
});

test("148: for a user's token the user id is returned, and nothing personal", async () => {
  const { access_token } = await people.signIn();
  const told = await people.introspect(access_token);
  assert.equal(told['sub'], people.person.id);
  assert.equal(told['client_id'], people.client.clientId);
  assert.equal('sid' in told, false);
  assert.ok(!JSON.stringify(told).includes(people.person.email));
});

test('148: an API credential can introspect the tokens for its audience, of every organization', async () => {
  const api = await newApi(people.target.server.context.config.audience);
  const stranger = await newStranger();
  const foreign = await people.target.send({
    ...people.target.good,
    client_id: stranger.clientId,
    client_secret: stranger.clientSecret,
  });
  const foreignToken = String(people.target.expectToken(foreign)['access_token']);
  for (const [token, organizationId] of [
    [await clientToken(), people.client.organizationId],
    [(await people.signIn()).access_token, people.client.organizationId],
    [foreignToken, stranger.organizationId],
  ] as const) {
    const told = await people.introspect(token, api);
    assert.equal(told['active'], true);
    assert.equal(told['organization_id'], organizationId);
  }
  const inHeader = await people.target.send(
    { token: foreignToken },
    { path: '/oauth/introspect', headers: { authorization: basic(api.client_id, api.client_secret) } },
  );
  assert.equal((JSON.parse(inHeader.body) as Record<string, unknown>)['active'], true);
});

test('149: an API credential can introspect no token for another audience and no refresh token', async () => {
  const other = await newApi('https://other.example.com/api');
  const ours = await newApi(people.target.server.context.config.audience);
  const { access_token, refresh_token } = await people.signIn();
  assert.deepEqual(await people.introspect(access_token, other), inactive);
  assert.deepEqual(await people.introspect(refresh_token, ours), inactive);
});

test('147: an API credential is refused at the token endpoint and at revocation, and everywhere once it is deleted or wrong', async () => {
  const { context } = people.target.server;
  const api = await newApi(context.config.audience);
  const { access_token, refresh_token } = await people.signIn();
  const asClient = await people.target.send({ ...people.target.good, ...api });
  await people.target.expectRefusal(asClient, 401, 'invalid_client');
  for (const token of [access_token, refresh_token]) {
    await people.target.expectRefusal(await people.askRevocation(token, api), 401, 'invalid_client');
  }
  assert.equal(await people.isActive(access_token, api), true);
  const wrong = { ...api, client_secret: people.client.clientSecret };
  await people.target.expectRefusal(await people.askIntrospection(access_token, wrong), 401, 'invalid_client');
  const unknown = { ...api, client_id: 'api_0000000000000000000000' };
  await people.target.expectRefusal(await people.askIntrospection(access_token, unknown), 401, 'invalid_client');
  await deleteApiCredential(context, testActor, api.client_id);
  await people.target.expectRefusal(await people.askIntrospection(access_token, api), 401, 'invalid_client');
});

test("149: anything but a live token of the caller's organization gets the same inactive response", async () => {
  const stranger = await newStranger();
  const as = { client_id: stranger.clientId, client_secret: stranger.clientSecret };
  const tokens = await people.signIn();
  const revoked = await people.signIn();
  await people.revoke(revoked.access_token);
  const token = await clientToken();
  const [header = '', claims = '', signature = ''] = token.split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  const changed = Buffer.from(JSON.stringify({ ...decodeJwt(token), access: 'read_write', sub: 'x' })).toString(
    'base64url',
  );
  const answers = [
    await people.askIntrospection(tokens.access_token, as),
    await people.askIntrospection(tokens.refresh_token, as),
    await people.askIntrospection(token, as),
    ...(await Promise.all(
      [
        revoked.access_token,
        'x',
        'a.b.c',
        `${none}.${claims}.`,
        `${none}.${claims}.${signature}`,
        `${header}.${changed}.${signature}`,
        `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
        `${token}.`,
        `bindery_refresh_${'0'.repeat(87)}`,
        people.client.clientSecret,
        people.person.id,
      ].map((text) => people.askIntrospection(text)),
    )),
  ];
  people.target.server.advance(3600_000 + 61_000);
  answers.push(await people.askIntrospection(token));
  const visible = answers.map((answer) => {
    assertSound(answer);
    const { 'x-request-id': _id, date: _date, ...headers } = answer.headers;
    return { status: answer.status, body: answer.body, headers };
  });
  assert.equal(visible[0]?.status, 200);
  assert.equal(visible[0]?.body, '{"active":false}');
  for (const answer of visible) {
    assert.deepEqual(answer, visible[0]);
  }
});

test('149: a token of another Bindery instance with the same names is inactive', async () => {
  await using other = await startPeople();
  const token = String(other.target.expectToken(await other.target.send(other.target.good))['access_token']);
  assert.equal(decodeJwt(token).iss, people.target.server.context.config.publicUrl);
  assert.deepEqual(await people.introspect(token), inactive);
  const { refresh_token } = await other.signIn();
  assert.deepEqual(await people.introspect(refresh_token), inactive);
});

test('151: a request without a token or with two is refused', async () => {
  await people.target.expectRefusal(await people.askIntrospection(''), 400, 'invalid_request');
  const { clientId, clientSecret } = people.client;
  const twice = `client_id=${clientId}&client_secret=${clientSecret}&token=a&token=b`;
  await people.target.expectRefusal(
    await people.target.send(twice, { path: '/oauth/introspect' }),
    400,
    'invalid_request',
  );
});

test('152: the hint does not matter, whether right, wrong or unknown', async () => {
  const { access_token, refresh_token } = await people.signIn();
  for (const token of [access_token, refresh_token]) {
    for (const token_type_hint of ['access_token', 'refresh_token', 'something_else', '']) {
      assert.equal(await people.isActive(token, { token_type_hint }), true, token_type_hint);
    }
  }
});

test('153: a refresh token is active for its own client only, and inactive once it is used', async () => {
  const { refresh_token } = await people.signIn();
  const told = await people.introspect(refresh_token);
  const now = people.target.server.context.now();
  assert.deepEqual(told, {
    active: true,
    token_type: 'refresh_token',
    client_id: people.client.clientId,
    sub: people.person.id,
    scope: 'public',
    iss: people.target.server.context.config.publicUrl,
    organization_id: people.client.organizationId,
    exp: Math.floor(now / 1000) + 30 * 86_400,
    iat: Math.floor(now / 1000),
  });
  const sibling = await people.newPasswordClient();
  const as = { client_id: sibling.clientId, client_secret: sibling.clientSecret };
  assert.deepEqual(await people.introspect(refresh_token, as), inactive);
  await people.refresh(refresh_token);
  assert.deepEqual(await people.introspect(refresh_token), inactive);
});

test('153: introspecting a used refresh token is not reuse', async () => {
  const first = await people.signIn();
  const second = await people.refresh(first.refresh_token);
  people.target.server.advance(60_000);
  assert.equal(await people.isActive(first.refresh_token), false);
  await people.refresh(second.refresh_token);
});

test('154: a token is inactive from the moment its client, its user or its organization is disabled', async () => {
  const { context } = people.target.server;
  const organization = await createOrganization(context, testActor, { name: 'Switched' });
  const client = await people.newPasswordClient(organization.id);
  const person = await people.newPerson({ organizationId: organization.id });
  const api = await newApi(context.config.audience);
  const target = { organizationId: organization.id, clientId: client.clientId };
  const as = { client_id: client.clientId, client_secret: client.clientSecret };
  const askBoth = async () => {
    // The second after a cut-off: a token requested in the same second would have to wait.
    people.target.server.advance(3000);
    const { access_token } = await people.signIn({ ...as, username: person.email, password: person.password });
    const own = await people.target.send({ ...people.target.good, ...as });
    return [access_token, String(people.target.expectToken(own)['access_token'])] as const;
  };
  let tokens = await askBoth();
  const expectBoth = async (user: boolean, clients: boolean, note: string) => {
    assert.equal(await people.isActive(tokens[0], api), user, note);
    assert.equal(await people.isActive(tokens[1], api), clients, note);
  };
  await expectBoth(true, true, 'at first');
  await switchOrganization(context, testActor, organization.id, { state: 'disabled' });
  await expectBoth(false, false, 'organization disabled');
  await switchOrganization(context, testActor, organization.id, { state: 'active' });
  await expectBoth(false, false, 'organization enabled, which brings back nothing');
  tokens = await askBoth();
  await expectBoth(true, true, 'requested again');
  await switchOrganization(context, testActor, organization.id, { apiClientsEnabled: false });
  await expectBoth(false, false, 'API clients off');
  await switchOrganization(context, testActor, organization.id, { apiClientsEnabled: true });
  tokens = await askBoth();
  await updateClient(context, testActor, target, { state: 'disabled' });
  await expectBoth(false, false, 'client disabled');
  await updateClient(context, testActor, target, { state: 'active' });
  await expectBoth(false, false, 'client enabled, which brings back nothing');
  tokens = await askBoth();
  await expectBoth(true, true, 'requested once more');
  await setUserState(context, testActor, person.email, 'disabled');
  await expectBoth(false, true, 'user disabled');
  await deleteClient(context, testActor, target);
  await expectBoth(false, false, 'client deleted');
});

test('40: a disabled client can neither introspect, revoke nor refresh from its next request on', async () => {
  const { context } = people.target.server;
  const client = await people.newPasswordClient();
  const as = { client_id: client.clientId, client_secret: client.clientSecret };
  const { access_token, refresh_token } = await people.signIn(as);
  const target = { organizationId: client.organizationId, clientId: client.clientId };
  const ask = () => [
    people.askIntrospection(access_token, as),
    people.askRevocation(access_token, as),
    people.askRefresh(refresh_token, as),
    people.askSignIn(as),
  ];
  const expectOut = async (note: string) => {
    for (const answer of await Promise.all(ask())) {
      await people.target.expectRefusal(answer, 401, 'invalid_client', note);
    }
  };
  await updateClient(context, testActor, target, { state: 'disabled' });
  await expectOut('disabled');
  await updateClient(context, testActor, target, { state: 'active' });
  assert.equal(await people.isActive(access_token, as), false, 'what was cut off stays so');
  people.target.server.advance(3000);
  assert.equal(await people.isActive((await people.signIn(as)).access_token, as), true);
  await deleteClient(context, testActor, target);
  await expectOut('deleted');
});

test('39: a rotated secret authenticates at every endpoint until its overlap ends', async () => {
  const { context } = people.target.server;
  const client = await people.newPasswordClient();
  const target = { organizationId: client.organizationId, clientId: client.clientId };
  const rotated = await rotateSecret(context, testActor, target, {
    overlapMilliseconds: 60_000,
    secretExpiresAt: null,
  });
  people.target.secrets.add(rotated.clientSecret);
  const old = { client_id: client.clientId, client_secret: client.clientSecret };
  const now = { client_id: client.clientId, client_secret: rotated.clientSecret };
  let tokens = await people.signIn(old);
  for (const as of [old, now]) {
    assert.equal(await people.isActive(tokens.access_token, as), true);
    tokens = await people.refresh(tokens.refresh_token, as);
  }
  people.target.server.advance(60_000);
  for (const answer of [
    await people.askSignIn(old),
    await people.askRefresh(tokens.refresh_token, old),
    await people.askIntrospection(tokens.access_token, old),
    await people.askRevocation(tokens.refresh_token, old),
  ]) {
    await people.target.expectRefusal(answer, 401, 'invalid_client');
  }
  await people.refresh(tokens.refresh_token, now);
});

test('155: a token larger than any body is refused unread; a long one is just inactive', async () => {
  await people.target.expectRefusal(await people.askIntrospection('x'.repeat(100_000)), 413, 'invalid_request');
  const long = `${(await clientToken()).slice(0, -10)}${'A'.repeat(15_000)}`;
  assert.deepEqual(await people.introspect(long), inactive);
  assert.deepEqual(await people.introspect('.'.repeat(15_000)), inactive);
});

test('157: no number of guesses finds a token', async () => {
  for (let round = 0; round < 20; round += 1) {
    const tries = Array.from(
      { length: 50 },
      (_, index) => `bindery_refresh_${String(round * 50 + index).padStart(87, 'a')}`,
    );
    const found = await Promise.all(tries.map((token) => people.isActive(token)));
    assert.ok(!found.includes(true));
  }
});
