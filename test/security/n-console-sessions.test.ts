import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSetupToken } from '@bindery/server/actions/setup.ts';
import type { OperationName } from '@bindery/server/admin/contract/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  type Answer,
  type Browser,
  founder,
  newBrowserOf,
  operationNames,
  operationOf,
  type Site,
  startSite,
  tokenOf,
} from '../support/console.ts';
import { weakHashOf } from '../support/weak-hash.ts';

const hour = 3_600_000;
const minute = 60_000;
const https = { BINDERY_PUBLIC_URL: 'https://bindery.example.com' };

/** Without the one of the device, which `noise-of-others.test.ts` looks at. */
function setCookieOf(answer: Answer): string {
  return [answer.headers['set-cookie']]
    .flat()
    .filter((text) => !String(text).includes('bindery_device'))
    .join('\n');
}

function attributesOf(answer: Answer): readonly string[] {
  return setCookieOf(answer)
    .split('; ')
    .slice(1)
    .map((attribute) => attribute.toLowerCase())
    .toSorted();
}

async function signIn(site: Site, user = site.owner): Promise<Browser> {
  const browser = site.newBrowser();
  const answer = await browser.call('signIn', { body: { email: user.email, password: user.password } });
  assert.equal(answer.status, 201, answer.text);
  return browser;
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  const { status } = await browser.call('listSessions');
  assert.ok([200, 401].includes(status), `${status}`);
  const told = await browser.call('getSession');
  assert.deepEqual([told.status, told.text === 'null'], [200, status === 401]);
  return status === 200;
}

test('226: on https the cookie has the __Host- prefix, Secure, HttpOnly, SameSite=Lax, the whole path and no other host', async () => {
  await using site = await startSite(https);
  const answer = await site.newBrowser().call('signIn', { body: site.owner });
  assert.match(setCookieOf(answer), /^__Host-bindery_session=[A-Za-z0-9_-]{43}; /);
  assert.deepEqual(attributesOf(answer), ['httponly', 'path=/', 'samesite=lax', 'secure']);
});

test('226: on plain http on this machine the cookie has no prefix because browsers refuse it there', async () => {
  await using site = await startSite();
  const answer = await site.newBrowser().call('signIn', { body: site.owner });
  assert.match(setCookieOf(answer), /^bindery_session=[A-Za-z0-9_-]{43}; /);
  assert.deepEqual(attributesOf(answer), ['httponly', 'path=/', 'samesite=lax']);
});

test('226: over plain http from elsewhere nobody can sign in, set up or join, and the response says why', async () => {
  await using site = await startSite({ BINDERY_PUBLIC_URL: 'http://bindery.example.com' });
  const browser = site.newBrowser();
  const world = await site.newWorld();
  const bodies: Partial<Record<OperationName, unknown>> = {
    signIn: { email: site.owner.email, password: site.owner.password },
    setUp: { ...founder, token: 'any' },
    acceptInvitation: { token: world.invitationToken, password: 'a long password of a guest' },
  };
  for (const [name, body] of Object.entries(bodies)) {
    const answer = await browser.call(name as OperationName, { body });
    assert.equal(answer.status, 403, name);
    assert.match(String(answer.json['detail']), /requires https/, name);
    assert.equal(setCookieOf(answer), '', name);
  }
  assert.match(String((await browser.call('getInstance')).json['signInProblem']), /requires https/);
});

test('226: signing in creates a new session, whatever the browser had before, and never adopts a planted one', async () => {
  await using site = await startSite();
  const planted = `bindery_session=${'A'.repeat(43)}`;
  const browser = site.newBrowser(planted);
  await browser.call('signIn', { body: site.owner });
  assert.notEqual(browser.cookie, planted);
  assert.equal(await isSignedIn(site.newBrowser(planted)), false);
  const first = browser.cookie;
  await browser.call('signIn', { body: site.owner });
  assert.notEqual(browser.cookie, first);
});

test('227: a session id has 256 bits, and the store has only its hash', async () => {
  await using site = await startSite();
  const browser = await signIn(site);
  const token = browser.cookie.split('=')[1] ?? '';
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.ok(!JSON.stringify(await site.contents()).includes(token));
  assert.ok(!site.server.log().includes(token));
});

test('227: signing out ends the session on the server: its cookie is 401 from then on', async () => {
  await using site = await startSite();
  const browser = await signIn(site);
  const { cookie } = browser;
  assert.equal((await browser.call('signOut')).status, 204);
  assert.equal(await isSignedIn(site.newBrowser(cookie)), false);
});

test('227: a session expires after 12 hours without use, and use extends it', async () => {
  await using site = await startSite();
  const [used, idle] = [await signIn(site), await signIn(site)];
  site.server.advance(12 * hour - 1);
  assert.equal(await isSignedIn(used), true);
  site.server.advance(1);
  assert.equal(await isSignedIn(idle), false);
  assert.equal(await isSignedIn(used), true);
});

test('227: a session expires after 7 days, however much it is used', async () => {
  await using site = await startSite();
  const browser = await signIn(site);
  for (let hours = 0; hours < 7 * 24; hours += 8) {
    assert.equal(await isSignedIn(browser), true, `after ${hours} hours`);
    site.server.advance(8 * hour);
  }
  assert.equal(await isSignedIn(browser), false);
});

test('227: a made-up, truncated or foreign cookie is 401 and nothing else', async () => {
  await using site = await startSite();
  const { cookie } = await signIn(site);
  for (const value of ['', 'x', 'A'.repeat(43), 'A'.repeat(4000), `${cookie.split('=')[1]}x`, '%00', "' OR 1=1 --"]) {
    assert.equal(await isSignedIn(site.newBrowser(`bindery_session=${value}`)), false, value.slice(0, 50));
  }
  assert.equal(await isSignedIn(site.newBrowser(cookie.replace('bindery_session', '__Host-bindery_session'))), false);
});

test('228: changing the password ends every other session and keeps the current one', async () => {
  await using site = await startSite();
  const [own, other] = [await signIn(site), await signIn(site)];
  site.server.advance(1000);
  const newPassword = 'another long password of the owner';
  const body = { currentPassword: site.owner.password, newPassword };
  assert.equal((await own.call('changePassword', { body })).status, 204);
  assert.equal(await isSignedIn(own), true);
  assert.equal(await isSignedIn(other), false);
  assert.equal((await site.newBrowser().call('signIn', { body: site.owner })).status, 400);
  const renewed = { email: site.owner.email, password: newPassword };
  assert.equal((await site.newBrowser().call('signIn', { body: renewed })).status, 201);
});

test('228: a disabled user is signed out at the next request, and has to sign in again once enabled', async () => {
  await using site = await startSite();
  const [operator, victim] = [await signIn(site, site.operator), await signIn(site, site.victim)];
  site.server.advance(1000);
  const parameters = { userId: site.victim.id };
  assert.equal((await operator.call('setUserState', { parameters, body: { state: 'disabled' } })).status, 200);
  assert.equal(await isSignedIn(victim), false);
  assert.equal((await site.newBrowser().call('signIn', { body: site.victim })).status, 400);
  assert.equal((await operator.call('setUserState', { parameters, body: { state: 'active' } })).status, 200);
  assert.equal(await isSignedIn(victim), false);
  assert.equal((await site.newBrowser().call('signIn', { body: site.victim })).status, 201);
});

test('228: users see their own sessions, can end one of them, and cannot end those of others', async () => {
  await using site = await startSite();
  const [own, other, foreign] = [await signIn(site), await signIn(site), await signIn(site, site.stranger)];
  const listed = async (browser: Browser) =>
    (await browser.call('listSessions')).json['items'] as readonly {
      readonly id: string;
      readonly isCurrent: boolean;
    }[];
  const sessions = await listed(own);
  assert.equal(sessions.length, 2);
  const sessionId = sessions.find(({ isCurrent }) => !isCurrent)?.id ?? '';
  assert.equal((await foreign.call('endSession', { parameters: { sessionId } })).status, 404);
  assert.equal((await own.call('endSession', { parameters: { sessionId } })).status, 204);
  assert.equal(await isSignedIn(other), false);
  assert.equal((await listed(own)).length, 1);
});

test('246: before the setup there are no users: no password works, everything but the setup is 503, and tokens are issued', async () => {
  await using server = await startTestApp();
  const browser = newBrowserOf(server);
  for (const name of operationNames) {
    if (name === 'getInstance' || name === 'setUp') {
      continue;
    }
    const answer = await browser.call(name, { body: {}, version: 1 });
    assert.equal(answer.status, 503, name);
    assert.equal(answer.json['code'], 'setup_required', name);
  }
  assert.deepEqual(await server.context.database.queries.selectFrom('users').selectAll().execute(), []);
  const page = await server.app.inject({ url: '/console', headers: { accept: 'text/html', host: 'localhost:8080' } });
  assert.equal(page.statusCode, 302);
  assert.equal(page.headers.location, '/setup');
  const client = await server.newClient();
  const credentials = { client_id: client.clientId, client_secret: client.clientSecret };
  const token = await server.post('/connect/token', { grant_type: 'client_credentials', ...credentials });
  assert.equal(token.statusCode, 200);
});

function claim(server: TestApp, token: string, email: string = founder.email): Promise<Answer> {
  return newBrowserOf(server).call('setUp', { body: { ...founder, email, token } });
}

test('246: the setup token works once, and then the setup is gone for good', async () => {
  await using server = await startTestApp();
  const { token } = await newSetupToken(server.context);
  assert.equal((await claim(server, 'A'.repeat(43))).status, 403);
  assert.equal((await claim(server, token)).status, 201);
  assert.equal((await claim(server, token, 'second@example.com')).status, 403);
  const page = await server.app.inject({ url: '/setup', headers: { accept: 'text/html', host: 'localhost:8080' } });
  assert.equal(page.statusCode, 404);
  assert.ok(page.body.includes('href="/console"') && !page.body.includes(token));
  await assert.rejects(newSetupToken(server.context), /already has an operator/);
  assert.ok(!server.log().includes(token));
});

test('246: of two simultaneous setups with the same token one creates the operator', async () => {
  await using server = await startTestApp();
  const { token } = await newSetupToken(server.context);
  const answers = await Promise.all(['one@example.com', 'two@example.com'].map((email) => claim(server, token, email)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 403]);
  const { queries } = server.context.database;
  const operators = await queries.selectFrom('users').select('id').where('is_operator', '=', 1).execute();
  assert.equal(operators.length, 1);
  assert.equal((await queries.selectFrom('organizations').select('id').execute()).length, 1);
});

test('246: a new setup token voids the old one, and each expires after 30 minutes', async () => {
  await using server = await startTestApp();
  const old = await newSetupToken(server.context);
  const next = await newSetupToken(server.context);
  assert.equal((await claim(server, old.token)).status, 403);
  server.advance(30 * minute);
  assert.equal((await claim(server, next.token)).status, 403);
  const last = await newSetupToken(server.context);
  server.advance(30 * minute - 1);
  assert.equal((await claim(server, last.token)).status, 201);
});

test('246: an invalid setup leaves the token valid and creates no user', async () => {
  await using server = await startTestApp();
  const { token } = await newSetupToken(server.context);
  const browser = newBrowserOf(server);
  for (const wrong of [{ password: 'short' }, { email: 'nobody' }, { organizationName: '' }, { name: 'a\u0000b' }]) {
    assert.equal((await browser.call('setUp', { body: { ...founder, token, ...wrong } })).status, 400);
  }
  assert.equal((await claim(server, token)).status, 201);
});

async function invite(site: Site, email = 'guest@example.com', role = 'member') {
  const world = await site.newWorld();
  const owner = await site.signedIn(site.owner);
  const parameters = { organizationId: world.organizationId };
  const answer = await owner.call('createInvitation', { parameters, body: { email, role } });
  assert.equal(answer.status, 201, answer.text);
  return { world, owner, link: String(answer.json['link']), answer };
}

const guest = { password: 'a long password of a guest', name: 'A guest' };

test('242: an invitation works once, and a new account gets the address it was created for, whatever the caller sends', async () => {
  await using site = await startSite();
  const { link, world } = await invite(site);
  const browser = site.newBrowser();
  const body = { token: tokenOf(link), ...guest, email: 'evil@example.com', role: 'owner', organizationId: 'x' };
  const joined = await browser.call('acceptInvitation', { body });
  assert.equal(joined.status, 201, joined.text);
  assert.equal((joined.json['user'] as Record<string, unknown>)['email'], 'guest@example.com');
  assert.deepEqual(
    (joined.json['organizations'] as readonly Record<string, unknown>[]).map(({ id, role }) => ({ id, role })),
    [{ id: world.organizationId, role: 'member' }],
  );
  assert.equal((await site.newBrowser().call('acceptInvitation', { body })).status, 404);
  assert.equal((await browser.call('lookUpInvitation', { body: { token: tokenOf(link) } })).status, 404);
});

test('242: of two who accept an invitation at the same time one joins', async () => {
  await using site = await startSite();
  const { link } = await invite(site);
  const body = { token: tokenOf(link), ...guest };
  const answers = await Promise.all([1, 2].map(() => site.newBrowser().call('acceptInvitation', { body })));
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.ok(answers.every(({ status }) => status < 500));
});

test('242: an invitation expires after 7 days, when it is revoked, and when a newer one replaces it', async () => {
  await using site = await startSite();
  const { link, owner, world, answer } = await invite(site);
  const isOver = async (some: string) =>
    (await site.newBrowser().call('lookUpInvitation', { body: { token: tokenOf(some) } })).status === 404;
  assert.equal(await isOver(link), false);
  const parameters = { organizationId: world.organizationId };
  const body = { email: 'guest@example.com', role: 'member' };
  const newer = await owner.call('createInvitation', { parameters, body });
  assert.equal(await isOver(link), true);
  assert.notEqual(newer.json['link'], answer.json['link']);
  const { id } = newer.json['invitation'] as { readonly id: string };
  assert.equal((await owner.call('deleteInvitation', { parameters: { ...parameters, invitationId: id } })).status, 204);
  assert.equal(await isOver(String(newer.json['link'])), true);
  const { link: last } = await invite(site, 'late@example.com');
  site.server.advance(7 * 24 * hour - 1);
  assert.equal(await isOver(last), false);
  site.server.advance(1);
  assert.equal(await isOver(last), true);
});

test('242: a reset link works once and for an hour, ends every session, and voids the one before', async () => {
  await using site = await startSite();
  const operator = await signIn(site, site.operator);
  const victim = await signIn(site, site.victim);
  const parameters = { userId: site.victim.id };
  const make = async () => tokenOf(String((await operator.call('createUserResetLink', { parameters })).json['link']));
  const reset = async (token: string, password = 'a long password, the next one') =>
    (await site.newBrowser().call('resetPassword', { body: { token, password } })).status;
  const [first, second] = [await make(), await make()];
  site.server.advance(1000);
  assert.equal(await reset(first), 404);
  assert.equal(await reset(second, 'short'), 400);
  assert.equal(await isSignedIn(victim), true);
  assert.equal(await reset(second), 204);
  assert.equal(await isSignedIn(victim), false);
  assert.equal(await reset(second), 404);
  const late = await make();
  assert.ok(!JSON.stringify(await site.contents()).includes(late));
  site.server.advance(hour);
  assert.equal(await reset(late), 404);
});

test('242: of two who use a reset link at the same time one sets the password', async () => {
  await using site = await startSite();
  const operator = await site.signedIn(site.operator);
  const made = await operator.call('createUserResetLink', { parameters: { userId: site.victim.id } });
  const token = tokenOf(String(made.json['link']));
  const answers = await Promise.all(
    [1, 2].map((number) =>
      site.newBrowser().call('resetPassword', { body: { token, password: `a long password, number ${number}` } }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [204, 404]);
});

test('242: the host of every link comes from the configuration, whatever the request says', async () => {
  await using site = await startSite(https);
  const world = await site.newWorld();
  const [owner, operator] = [await site.signedIn(site.owner), await site.signedIn(site.operator)];
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
  const parameters = { organizationId: world.organizationId, userId: site.victim.id };
  const email = 'guest@example.com';
  const answers = [
    await owner.call('createInvitation', { parameters, body: { email, role: 'member' }, headers }),
    await operator.call('createUserResetLink', { parameters, headers }),
    await operator.call('inviteOwner', { parameters, body: { email }, headers }),
  ];
  for (const { json } of answers) {
    assert.match(String(json['link']), /^https:\/\/bindery\.example\.com\/console\/(?:invite|reset)#t=/);
  }
});

test('242 and 258: unknown user, wrong password and disabled user get the same response, at the cost of one hash each', async () => {
  await using site = await startSite();
  const operator = await site.signedIn(site.operator);
  await operator.call('setUserState', { parameters: { userId: site.member.id }, body: { state: 'disabled' } });
  const told: unknown[] = [];
  for (const body of [
    { email: 'nobody@example.com', password: 'a long password of nobody' },
    { email: site.victim.email, password: 'a long password, a wrong one' },
    { email: site.member.email, password: site.member.password },
  ]) {
    const before = site.server.hasher.total;
    const { status, json, headers } = await site.newBrowser().call('signIn', { body });
    assert.equal(site.server.hasher.total, before + 1);
    const { traceId: _, ...rest } = json;
    told.push({ status, rest, headers: Object.keys(headers).toSorted() });
  }
  assert.deepEqual(told[1], told[0]);
  assert.deepEqual(told[2], told[0]);
  assert.deepEqual((told[0] as { readonly status: number }).status, 400);
});

test('65 and 242: guesses in the console, with the password grant and when changing the password share one count', async () => {
  await using site = await startSite({ BINDERY_LIMIT_USER: '10' });
  const remoteAddress = '203.0.113.5';
  const made = await (await site.signedIn(site.stranger)).call('createClient', {
    parameters: { organizationId: site.foreign.organizationId },
    body: { name: 'Signs people in', passwordGrant: true },
  });
  const { id: clientId } = made.json['client'] as { readonly id: string };
  const guess = (password: string) =>
    site.newBrowser().call('signIn', { body: { email: site.stranger.email, password }, remoteAddress });
  for (let attempt = 0; attempt < 10; attempt += 1) {
    assert.equal((await guess('a long password, a wrong one')).status, 400);
  }
  const limited = await guess(site.stranger.password);
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers['retry-after']) >= 1);
  const grant = await site.server.app.inject({
    method: 'POST',
    url: '/connect/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'password',
      client_id: clientId,
      client_secret: String(made.json['clientSecret']),
      username: site.stranger.email,
      password: site.stranger.password,
    }).toString(),
  });
  assert.equal(grant.statusCode, 429, grant.body);
  const own = await site.signedIn(site.stranger);
  const { password } = site.stranger;
  const newPassword = 'a long password, a new one';
  for (const [name, body] of [
    ['changePassword', { currentPassword: password, newPassword }],
    ['reauthenticate', { password }],
  ] as const) {
    assert.equal((await own.call(name, { body, remoteAddress })).status, 429, name);
  }
  assert.equal((await guess(newPassword)).status, 429);
});

test('238: a secret is in the response that created it and nowhere else: no later response, export, audit log or server log has it', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const [owner, operator] = [await site.signedIn(site.owner), await site.signedIn(site.operator)];
  const parameters = { organizationId: world.organizationId, clientId: world.clientId, userId: site.owner.id };
  const made = [
    await owner.call('createClient', { parameters, body: { name: 'New' } }),
    await owner.call('rotateSecret', { parameters, body: {}, version: 1 }),
    await operator.call('createApiCredential', { body: { name: 'API', audience: 'https://api.example.com' } }),
  ];
  const invited = await owner.call('createInvitation', {
    parameters,
    body: { email: 'a@example.com', role: 'member' },
  });
  const secrets = [...made.map(({ json }) => String(json['clientSecret'])), tokenOf(String(invited.json['link']))];
  for (const answer of made) {
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
  const reading = operationNames.filter((name) => operationOf(name).method === 'GET');
  const texts = [JSON.stringify(await site.contents()), site.server.log()];
  for (const name of reading) {
    const answer = await (operationOf(name).caller === 'operator' ? operator : owner).call(name, { parameters });
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
    assert.equal(answer.headers['cache-control'], 'no-store', name);
    texts.push(answer.text);
  }
  for (const secret of secrets) {
    assert.ok(secret.length >= 40);
    assert.ok(texts.every((text) => !text.includes(secret)));
  }
});

test('244: no operation edits or removes audit entries', async () => {
  await using site = await startSite();
  const routes = operationNames.map(operationOf).filter(({ path }) => /audit|activity/.test(path));
  assert.equal(routes.length, 4);
  assert.ok(routes.every(({ method }) => method === 'GET'));
  const world = await site.newWorld();
  const owner = await site.signedIn(site.owner);
  const before = (await site.contents())['audit_entries'] as readonly string[];
  const parameters = { organizationId: world.organizationId, clientId: world.clientId };
  assert.equal((await owner.call('deleteClient', { parameters, version: 1 })).status, 204);
  assert.equal((await owner.call('deleteOrganization', { parameters, version: 1 })).status, 204);
  const after = new Set((await site.contents())['audit_entries'] as readonly string[]);
  assert.ok(before.length > 0);
  assert.deepEqual(
    before.filter((entry) => !after.has(entry)),
    [],
  );
});

test('244: exports are downloads of JSON lines, in which a formula is just text', async () => {
  await using site = await startSite();
  const world = await site.newWorld();
  const owner = await site.signedIn(site.owner);
  const parameters = { organizationId: world.organizationId, clientId: world.clientId };
  await owner.call('updateClient', { parameters, version: 1, body: { name: '=cmd|"/c calc"!A1' } });
  for (const name of ['exportAudit', 'exportActivity'] as const) {
    const { headers, text } = await owner.call(name, { parameters });
    assert.match(String(headers['content-type']), /^application\/x-ndjson/);
    assert.match(String(headers['content-disposition']), /^attachment; filename="[a-z0-9_.-]+\.ndjson"$/i);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(text.includes(String.raw`"=cmd|\"/c calc\"!A1"`), name === 'exportAudit');
    for (const line of text.trimEnd().split('\n')) {
      assert.equal(typeof JSON.parse(line), 'object');
    }
  }
});

test('231: every page has a strict policy, cannot be framed, and sends no referrer; HSTS only on https', async () => {
  for (const environment of [{}, https]) {
    await using site = await startSite(environment);
    const host = new URL(site.origin).host;
    const nonces = new Set<string>();
    for (const url of [
      '/',
      '/console',
      '/console/sign-in',
      '/console/clients/new?name=x',
      '/console/invite',
      '/docs',
    ]) {
      const { statusCode, headers, body } = await site.server.app.inject({
        url,
        headers: { accept: 'text/html', host },
      });
      assert.equal(statusCode, 200, url);
      const policy = String(headers['content-security-policy']);
      assert.doesNotMatch(policy, /unsafe|\*|https?:|upgrade-insecure/, url);
      assert.match(policy, /(?:^|; )default-src '(?:self|none)'(?:;|$)/, url);
      assert.match(policy, /(?:^|; )frame-ancestors 'none'(?:;|$)/, url);
      assert.match(policy, /(?:^|; )base-uri '(?:self|none)'(?:;|$)/, url);
      assert.match(policy, /(?:^|; )form-action '(?:self|none)'(?:;|$)/, url);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.match(
        String(headers['referrer-policy']),
        /^(?:no-referrer|same-origin|strict-origin-when-cross-origin)$/,
        url,
      );
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin', url);
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin', url);
      assert.equal(headers['strict-transport-security'], environment === https ? 'max-age=31536000' : undefined, url);
      if (url.startsWith('/console')) {
        assert.equal(headers['cache-control'], 'no-store', url);
        nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1] ?? '');
        assert.doesNotMatch(body, / on[a-z]+=|javascript:|__BINDERY_/i, url);
      }
    }
    assert.equal(nonces.size, 4, 'each response has a nonce of its own');
    assert.ok(!nonces.has(''));
  }
});

test('247: responses of the management API cannot be read from another origin', async () => {
  await using site = await startSite();
  const browser = await site.signedIn(site.owner);
  const world = await site.newWorld();
  const parameters = { organizationId: world.organizationId, clientId: world.clientId };
  for (const name of operationNames.filter((reads) => operationOf(reads).method === 'GET')) {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await browser.call(name, { parameters, headers });
    assert.equal(answer.headers['access-control-allow-origin'], undefined, name);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined, name);
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin', name);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', name);
  }
  const preflight = await site.server.app.inject({
    method: 'OPTIONS',
    url: '/admin/session',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  assert.ok(preflight.statusCode >= 400);
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
});

test('285: the console renews a hash with outdated cost wherever it takes the password, and goes on with it', async () => {
  await using site = await startSite();
  const { queries } = site.server.context.database;
  const hashOf = async (id: string) =>
    (await queries.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirstOrThrow())
      .password_hash ?? '';
  const { owner } = site;
  const weaken = async () => {
    const weak = weakHashOf(owner.password);
    await queries.updateTable('users').set({ password_hash: weak }).where('id', '=', owner.id).execute();
    return weak;
  };
  const strong = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

  const weak = await weaken();
  const wrong = await site.newBrowser().call('signIn', { body: { email: owner.email, password: 'not the password' } });
  assert.equal(wrong.status, 400);
  assert.equal(await hashOf(owner.id), weak);
  const browser = await signIn(site);
  const renewed = await hashOf(owner.id);
  assert.match(renewed, strong);
  assert.equal(await site.server.hasher.verify(owner.password, renewed), true);
  await signIn(site);
  assert.equal(await hashOf(owner.id), renewed, 'a hash of the current cost stays');

  await weaken();
  assert.equal((await browser.call('reauthenticate', { body: { password: owner.password } })).status, 200);
  assert.match(await hashOf(owner.id), strong);

  await weaken();
  const newPassword = 'another long password';
  const changed = await browser.call('changePassword', { body: { currentPassword: owner.password, newPassword } });
  assert.equal(changed.status, 204, changed.text);
  await signIn(site, { ...owner, password: newPassword });
});
