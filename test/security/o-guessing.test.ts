import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createApiCredential } from '@bindery/server/actions/api-credentials.ts';
import { loadConfig } from '@bindery/server/config.ts';
import { newClientSecret } from '@bindery/server/domain/client-secret.ts';
import { Clients } from '@bindery/server/live/clients.ts';
import { authenticateClient } from '@bindery/server/oauth/client-authentication.ts';
import { ClientCredentialsReader } from '@bindery/server/store/client-credentials.ts';
import { testActor } from '../support/app.ts';
import { createClient } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { elsewhere, type People, startPeople } from '../support/people.ts';
import { type Answer, assertSound, type Sending, startTarget } from '../support/target.ts';
import { postForm } from '../support/token-requests.ts';

/** The limits of a server without configuration. */
const defaults = {
  BINDERY_LIMIT_CLIENT: '30',
  BINDERY_LIMIT_USER: '10',
  BINDERY_LIMIT_USER_HOURLY: '100',
  BINDERY_LIMIT_NETWORK: '300',
};

const wrongSecret = { client_secret: newClientSecret() };
const wrongPassword = { password: 'wrong password here' };

function count(answers: readonly Answer[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}

/** 429 in a form that OAuth clients understand: RFC 6749 has no code of its own for it. */
function expectTooMany(answer: Answer): void {
  assert.equal(answer.status, 429);
  assertSound(answer);
  assert.deepEqual(JSON.parse(answer.body), {
    error: 'invalid_request',
    error_description: 'too many failed attempts; try again later',
    error_uri: 'http://localhost:8080/docs/errors#too_many_requests',
  });
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600, `Retry-After: ${seconds}`);
}

function times(number: number, ask: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: number }, (_, index) => ask(index)));
}

const guessSecret = (people: People, sending: Sending) => people.askSignIn(wrongSecret, sending);

test('248: the default limits are those in the documentation', () => {
  assert.deepEqual(loadConfig({}).limits, {
    clientPerMinute: 30,
    userPerMinute: 10,
    userPerHour: 100,
    networkPerMinute: 300,
  });
});

test('248: of 500 simultaneous wrong secrets 30 are 401 and 470 are 429, and the right one passes all the while', async () => {
  await using people = await startPeople(defaults);
  const here = elsewhere(1);
  const [wrong, right] = await Promise.all([
    times(500, () => guessSecret(people, here)),
    times(50, () => people.target.send(people.target.good, here)),
  ]);
  assert.equal(count(wrong, 401), 30);
  assert.equal(count(wrong, 429), 470);
  for (const answer of wrong.filter(({ status }) => status === 429)) {
    expectTooMany(answer);
    assert.ok(Number(answer.headers['retry-after']) <= 60);
  }
  for (const answer of [...right, await people.target.send(people.target.good, here)]) {
    people.target.expectToken(answer);
  }
  await people.target.expectRefusal(await people.askSignIn({ grant_type: 'x' }, here), 400, 'unsupported_grant_type');
  const tokens = await people.signIn({}, elsewhere(2));
  people.expectTokens(await people.askRefresh(tokens.refresh_token, {}, here));
  assert.equal((await people.askIntrospection(tokens.access_token, {}, here)).status, 200);
});

test('248: the same over sockets, from one address', async () => {
  await using bindery = await startBindery();
  const client = await createClient(bindery);
  const ask = (secret: string) =>
    postForm(bindery, '/connect/token', {
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: secret,
    });
  const statuses = await Promise.all(
    Array.from({ length: 500 }, async () => (await ask(wrongSecret.client_secret)).status),
  );
  assert.equal(statuses.filter((status) => status === 401).length, 30);
  assert.equal(statuses.filter((status) => status === 429).length, 470);
  assert.equal((await ask(client.client_secret)).status, 200);
});

test('248: an unknown client is limited like a known one, with the same response', async () => {
  await using people = await startPeople(defaults);
  const unknown = { ...wrongSecret, client_id: 'client_0000000000000000000000' };
  const answers = await times(40, () => people.askSignIn(unknown, elsewhere(1)));
  assert.equal(count(answers, 401), 30);
  const [known] = (await times(31, () => guessSecret(people, elsewhere(1)))).filter(({ status }) => status === 429);
  const [other] = answers.filter(({ status }) => status === 429);
  assert.ok(known !== undefined && other !== undefined);
  assert.equal(known.body, other.body);
  assert.deepEqual(Object.keys(known.headers), Object.keys(other.headers));
});

test('248: a client is counted per network; another network and another client have counts of their own', async () => {
  await using people = await startPeople(defaults);
  await times(31, () => guessSecret(people, elsewhere(1)));
  expectTooMany(await guessSecret(people, elsewhere(1)));
  assert.equal((await guessSecret(people, elsewhere(2))).status, 401);
  const { clientId } = people.target.client;
  assert.equal((await people.askSignIn({ ...wrongSecret, client_id: clientId }, elsewhere(1))).status, 401);
});

test('248: all endpoints share one count', async () => {
  await using people = await startPeople(defaults);
  const paths = ['/connect/token', '/access_token', '/oauth/token', '/oauth/introspect', '/oauth/revoke'];
  const answers = await times(40, (index) =>
    people.askSignIn({ ...wrongSecret, token: 'x' }, { ...elsewhere(1), path: paths[index % paths.length] ?? '' }),
  );
  assert.equal(count(answers, 401), 30);
  assert.equal(count(answers, 429), 10);
});

test('248: guesses at an API credential are limited too, and the right one passes', async () => {
  await using people = await startPeople(defaults);
  const { context } = people.target.server;
  const api = await createApiCredential(context, testActor, { name: 'API', audience: context.config.audience });
  const as = { client_id: api.credential.id, ...wrongSecret };
  const answers = await times(40, () => people.askIntrospection('x', as, elsewhere(1)));
  assert.equal(count(answers, 401), 30);
  assert.equal(count(answers, 429), 10);
  const right = { client_id: api.credential.id, client_secret: api.clientSecret };
  assert.equal((await people.askIntrospection('x', right, elsewhere(1))).status, 200);
});

test('248: of 500 simultaneous wrong passwords 10 are checked, and the rest are 429 and never hashed', async () => {
  await using people = await startPeople(defaults);
  const hashes = people.hashes();
  const answers = await times(500, () => people.askSignIn(wrongPassword, elsewhere(1)));
  assert.equal(count(answers, 400), 10);
  assert.equal(count(answers, 429), 490);
  assert.equal(people.hashes(), hashes + 10);
  for (const answer of answers.filter(({ status }) => status === 429)) {
    expectTooMany(answer);
  }
  // A right password gets no priority: it would have to be hashed to be recognised.
  expectTooMany(await people.askSignIn({}, elsewhere(1)));
  await people.signIn({}, elsewhere(2));
});

test('248: right passwords are not counted, however many there are', async () => {
  await using people = await startPeople(defaults);
  for (let round = 0; round < 15; round += 1) {
    await people.signIn({}, elsewhere(1));
  }
  const answers = [];
  for (let round = 0; round < 10; round += 1) {
    answers.push(await people.askSignIn(wrongPassword, elsewhere(1)));
  }
  assert.equal(count(answers, 400), 10);
  expectTooMany(await people.askSignIn(wrongPassword, elsewhere(1)));
});

test('258: an unknown user is limited like a known one, with the same response', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_USER: '2' });
  const visible = async (username: string) => {
    const answers = [];
    for (let round = 0; round < 4; round += 1) {
      const { status, headers, body } = await people.askSignIn({ ...wrongPassword, username }, elsewhere(1));
      // A second may pass between two responses.
      const { 'x-request-id': _id, date: _date, 'retry-after': seconds, ...rest } = headers;
      answers.push({ status, headers: rest, body, saysWhen: seconds !== undefined });
    }
    return answers;
  };
  const known = await visible(people.person.email);
  assert.deepEqual(
    known.map(({ status }) => status),
    [400, 400, 429, 429],
  );
  assert.deepEqual(await visible('nobody@example.com'), known);
});

test('248: another spelling of an email is the same user', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_USER: '2' });
  for (const username of [people.person.email, people.person.email.toUpperCase()]) {
    assert.equal((await people.askSignIn({ ...wrongPassword, username }, elsewhere(1))).status, 400);
  }
  const username = people.person.email.replace('p', 'P');
  expectTooMany(await people.askSignIn({ ...wrongPassword, username }, elsewhere(1)));
});

test('248: a network has its own limit over all clients, and right secrets still pass', async () => {
  await using people = await startPeople(defaults);
  const answers = await times(500, (index) =>
    people.askSignIn({ ...wrongSecret, client_id: `client_${String(index % 100).padStart(22, '0')}` }, elsewhere(1)),
  );
  assert.equal(count(answers, 401), 300);
  assert.equal(count(answers, 429), 200);
  people.target.expectToken(await people.target.send(people.target.good, elsewhere(1)));
});

test('248: IPv6 is counted by its first 64 bits, an IPv4-mapped address as IPv4', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_NETWORK: '3' });
  const from = (remoteAddress: string) => guessSecret(people, { remoteAddress });
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff:ffff:ffff:ffff']) {
    assert.equal((await from(address)).status, 401, address);
  }
  expectTooMany(await from('2001:0db8:0001:0002:1234::'));
  assert.equal((await from('2001:db8:1:3::1')).status, 401);
  for (const address of ['203.0.113.5', '::ffff:203.0.113.5', '::ffff:cb00:7105']) {
    assert.equal((await from(address)).status, 401, address);
  }
  expectTooMany(await from('203.0.113.5'));
  assert.equal((await from('203.0.113.6')).status, 401);
});

test("251: one password tried on many users from one network hits the network's limit", async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_NETWORK: '12' });
  const hashes = people.hashes();
  const answers = await times(200, (index) =>
    people.askSignIn({ ...wrongPassword, username: `user${index}@example.com` }, elsewhere(1)),
  );
  assert.equal(count(answers, 400), 12);
  assert.equal(count(answers, 429), 188);
  assert.equal(people.hashes(), hashes + 12);
});

test("251: one user attacked from many networks hits the user's slower limit", async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_USER_HOURLY: '15' });
  const hashes = people.hashes();
  const answers = await times(200, (index) => people.askSignIn(wrongPassword, elsewhere(index)));
  assert.equal(count(answers, 400), 15);
  assert.equal(count(answers, 429), 185);
  assert.equal(people.hashes(), hashes + 15);
});

test('252: guessing from many networks does not lock users out of a network that they have signed in from', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_USER_HOURLY: '15' });
  const home = elsewhere(1000);
  const tokens = await people.signIn({}, home);
  await times(100, (index) => people.askSignIn(wrongPassword, elsewhere(index)));
  expectTooMany(await people.askSignIn({}, elsewhere(999)));
  await people.signIn({}, home);
  await people.refresh(tokens.refresh_token);
  // A known network is exempt from the hourly limit only.
  const atHome = [];
  for (let round = 0; round < 11; round += 1) {
    atHome.push(await people.askSignIn(wrongPassword, home));
  }
  assert.equal(count(atHome, 400), 10);
  assert.equal(count(atHome, 429), 1);
});

test('252: only a right password makes a network known', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_USER_HOURLY: '5' });
  const rows = async () =>
    (await people.target.server.context.database.queries.selectFrom('user_networks').selectAll().execute()).length;
  await times(5, () => people.askSignIn(wrongPassword, elsewhere(1)));
  assert.equal(await rows(), 0);
  expectTooMany(await people.askSignIn({}, elsewhere(2)));
  assert.equal(await rows(), 0);
});

test('248: an untrusted X-Forwarded-For gets no counter of its own, and is warned about once a minute', async () => {
  await using people = await startPeople(defaults);
  const say = (address: string) => ({ ...elsewhere(1), headers: { 'x-forwarded-for': address } });
  const answers = await times(40, (index) => guessSecret(people, say(`198.51.100.${index}`)));
  assert.equal(count(answers, 401), 30);
  assert.equal(count(answers, 429), 10);
  const warnings = () =>
    people.target.server.log().split('X-Forwarded-For from an untrusted peer is ignored').length - 1;
  assert.equal(warnings(), 1);
  people.target.server.advance(59_999);
  await people.target.send(people.target.good, say('198.51.100.1'));
  assert.equal(warnings(), 1);
  people.target.server.advance(1);
  await people.target.send(people.target.good, say('198.51.100.1'));
  assert.equal(warnings(), 2);
  assert.match(people.target.server.log(), /BINDERY_TRUSTED_PROXIES/);
});

test('248: behind a trusted proxy each caller has its own counter, and there is no warning', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_TRUSTED_PROXIES: '203.0.0.0/24' });
  const say = (address: string) => ({ ...elsewhere(1), headers: { 'x-forwarded-for': address } });
  const answers = await times(60, (index) => guessSecret(people, say(`198.51.100.${index % 2}`)));
  assert.equal(count(answers, 401), 60);
  expectTooMany(await guessSecret(people, say('198.51.100.1')));
  // What the caller put in front of the proxy's entry does not count.
  expectTooMany(await guessSecret(people, say('192.0.2.99, 198.51.100.1')));
  assert.ok(!people.target.server.log().includes('X-Forwarded-For from an untrusted peer is ignored'));
});

test('277: attempts over a limit are in the audit log with that reason', async () => {
  await using people = await startPeople({ ...defaults, BINDERY_LIMIT_CLIENT: '1', BINDERY_LIMIT_USER: '1' });
  const secrets = await people.auditEntriesOf(() => times(2, () => guessSecret(people, elsewhere(1))));
  assert.deepEqual(secrets.map(({ reason }) => reason).toSorted(), ['too_many_attempts', 'wrong_secret']);
  const passwords = await people.auditEntriesOf(() => times(2, () => people.askSignIn(wrongPassword, elsewhere(2))));
  assert.deepEqual(passwords.map(({ reason }) => reason).toSorted(), ['too_many_attempts', 'wrong_password']);
});

test('255: an unknown client and a wrong secret take the same steps: one hash and one store lookup', async () => {
  await using target = await startTarget();
  const { context } = target.server;
  class CountingReader extends ClientCredentialsReader {
    looks = 0;
    override find(clientId: string): ReturnType<ClientCredentialsReader['find']> {
      this.looks += 1;
      return super.find(clientId);
    }
  }
  for (const [clientId, failure] of [
    [target.client.clientId, 'wrong_secret'],
    ['client_0000000000000000000000', 'unknown_client'],
    ['x', 'unknown_client'],
    ['', 'unknown_client'],
  ] as const) {
    const reader = new CountingReader(context.database.queries);
    const clients = new Clients(context, reader);
    // Well formed, so that only the comparison can find it wrong.
    const presented = { clientId, clientSecret: newClientSecret() };
    const result = await authenticateClient(presented, { clients, pepper: context.keys.pepper, now: context.now() });
    assert.equal(result.failure, failure);
    assert.equal(reader.looks, 1, clientId);
  }
});

/** Where two hashes may be compared with ===, and why that reveals nothing. */
const comparisonsAllowed: readonly string[] = [
  // SHA-256 of 256 random bits in a row found by another key: timing reveals the hash at most, not the token.
  'latest.previousHash === currentHash',
  'family.currentHash === hashRefreshToken(token)',
];

test('256: no secret, hash, signature or token is compared with === in the sources', () => {
  const folders = ['packages/server/src/', 'packages/guard/src/', 'packages/binders/src/'];
  const root = new URL('../../', import.meta.url).pathname;
  const sensitive = /(?:secret|hash|password|signature|hmac|digest|pepper|csrf|nonce)\w*(?<!Id)(?:\([^()]*\))?$/i;
  const harmless = /^(?:undefined|null|''|true|false|\d+|'[^']*')$/;
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of readdirSync(root + folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) {
        continue;
      }
      const source = readFileSync(root + folder + name, 'utf8');
      for (const [whole, left = '', right = ''] of source.matchAll(
        /([\w.?[\]]+(?:\([^()\n]*\))?) [!=]==? ([\w.?[\]']+(?:\([^()\n]*\))?)/g,
      )) {
        const isSensitive = [left, right].some((side) => sensitive.test(side));
        const isHarmless = [left, right].some((side) => harmless.test(side) || side.endsWith('.length'));
        if (isSensitive && !isHarmless && !comparisonsAllowed.includes(whole)) {
          found.push(`${folder}${name}: ${whole}`);
        }
      }
    }
  }
  assert.deepEqual(found, []);
});
