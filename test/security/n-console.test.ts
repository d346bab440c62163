import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationName } from '@bindery/server/admin/contract/index.ts';
import { exampleOf, operationNames, operationOf, type Sending, type Site, startSite } from '../support/console.ts';

const changing = operationNames.filter((name) => operationOf(name).method !== 'GET');

/** What a page of another site, or no page at all, can send with the cookie of a signed-in browser. */
const forgeries: Readonly<Record<string, { readonly headers: Sending['headers']; readonly body?: string }>> = {
  'a foreign Origin': { headers: { origin: 'https://evil.example', 'sec-fetch-site': undefined } },
  'Origin null': { headers: { origin: 'null', 'sec-fetch-site': undefined } },
  'the origin of another port': { headers: { origin: 'http://localhost:1', 'sec-fetch-site': undefined } },
  'the origin with more behind it': { headers: { origin: 'http://localhost:8080.evil.example' } },
  'neither Origin nor Sec-Fetch-Site': { headers: { origin: undefined, 'sec-fetch-site': undefined } },
  'Sec-Fetch-Site: cross-site': { headers: { 'sec-fetch-site': 'cross-site' } },
  'Sec-Fetch-Site: same-site': { headers: { 'sec-fetch-site': 'same-site' } },
  'Sec-Fetch-Site: none': { headers: { origin: undefined, 'sec-fetch-site': 'none' } },
  'no header of ours': { headers: { 'x-bindery-request': undefined } },
  'a form': {
    headers: { 'x-bindery-request': undefined, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=evil&email=evil%40example.com',
  },
  'JSON as text/plain': { headers: { 'x-bindery-request': undefined, 'content-type': 'text/plain' } },
};

async function tryAll(site: Site, name: OperationName): Promise<void> {
  const world = site.foreign;
  const browser = await site.signedIn(operationOf(name).caller === 'operator' ? site.operator : site.stranger);
  const before = await site.contents();
  for (const [what, { headers, body }] of Object.entries(forgeries)) {
    const sending = { ...exampleOf(name, world, site), ...(body === undefined ? {} : { body }) };
    const answer = await browser.call(name, { ...sending, headers: headers ?? {} });
    assert.equal(answer.status, 403, `${name} with ${what}: ${answer.text}`);
    assert.equal(answer.json['code'], 'forbidden', `${name} with ${what}`);
    assert.equal(answer.headers['set-cookie'], undefined, `${name} with ${what}`);
  }
  assert.deepEqual(await site.contents(), before, `${name} changed something`);
}

test('229 and 230: no operation that changes something, including sign-in and sign-out, accepts what another site can send', async () => {
  await using site = await startSite();
  assert.ok(changing.length >= 30);
  for (const name of changing) {
    await tryAll(site, name);
  }
});

test("229: a body not declared as JSON is 415 even with the console's header, and changes nothing", async () => {
  await using site = await startSite();
  const before = await site.contents();
  const browser = site.newBrowser((await site.signedIn(site.stranger)).cookie);
  const operator = await site.signedIn(site.operator);
  const start = await site.contents();
  const withBody = changing.filter((name) => operationOf(name).body !== undefined);
  for (const name of withBody) {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined]) {
      const who = operationOf(name).caller === 'operator' ? operator : browser;
      const sending = { ...exampleOf(name, site.foreign, site), headers: { 'content-type': type } };
      assert.equal((await who.call(name, sending)).status, 415, `${name} as ${type}`);
    }
  }
  assert.notDeepEqual(start, before);
  assert.deepEqual(await site.contents(), start);
});

test('229: no operation changes anything by GET, and another method of a path is 404 or 405', async () => {
  await using site = await startSite();
  const world = site.foreign;
  const { cookie } = await site.signedIn(site.operator);
  const before = await site.contents();
  const byGet = new Set(
    operationNames.filter((name) => !changing.includes(name)).map((name) => operationOf(name).path),
  );
  for (const name of changing.filter((changes) => !byGet.has(operationOf(changes).path))) {
    const url = operationOf(name).path.replaceAll(
      /\{(\w+)\}/g,
      (_, parameter: string) => exampleOf(name, world, site).parameters?.[parameter] ?? '',
    );
    const answer = await site.server.app.inject({ method: 'GET', url, headers: { cookie } });
    assert.ok([404, 405].includes(answer.statusCode), `GET ${url}: ${answer.statusCode}`);
  }
  assert.deepEqual(await site.contents(), before);
});

test('229: what the console sends is accepted, with Origin only, with Sec-Fetch-Site only and with both', async () => {
  await using site = await startSite();
  const browser = await site.signedIn(site.stranger);
  for (const headers of [{}, { 'sec-fetch-site': undefined }, { origin: undefined }]) {
    const answer = await browser.call('updateAccount', { body: { theme: 'dark' }, headers });
    assert.equal(answer.status, 200, answer.text);
  }
});

test('237: fields that an operation does not know are refused or ignored', async () => {
  await using site = await startSite();
  const extra = { userId: site.operator.id, organizationId: site.foreign.organizationId, role: 'owner' };
  const more = { ...extra, isOperator: true, isAdmin: true, createdAt: 0, id: 'chosen', state: 'active', version: 9 };
  const anonymous = site.newBrowser();
  const before = await site.contents();
  for (const name of changing.filter((changes) => operationOf(changes).caller !== 'public')) {
    const example = exampleOf(name, site.foreign, site);
    const answer = await anonymous.call(name, { ...example, body: { ...more } });
    assert.equal(answer.status, 401, name);
  }
  assert.deepEqual(await site.contents(), before);
  const owner = await site.signedIn(site.stranger);
  const operator = await site.signedIn(site.operator);
  const signedIn = await site.contents();
  const outside = new Set<OperationName>(['signIn', 'reauthenticate', 'changePassword']);
  for (const name of changing) {
    const { body, caller } = operationOf(name);
    if (body === undefined || caller === 'public' || outside.has(name)) {
      continue;
    }
    const example = exampleOf(name, site.foreign, site);
    const who = caller === 'operator' ? operator : owner;
    const sent = { ...more, ...(example.body as object) };
    const answer = await who.call(name, { ...example, body: sent });
    assert.equal(answer.status, 400, `${name}: ${answer.text}`);
    assert.deepEqual((answer.json['errors'] as Record<string, unknown>)['isAdmin'], ['unknown field'], name);
  }
  assert.deepEqual(await site.contents(), signedIn);
});

test('237: signing in with extra fields grants no more than the account has', async () => {
  await using site = await startSite();
  const { email, password } = site.victim;
  const body = { email, password, isOperator: true, role: 'owner', userId: site.operator.id };
  const answer = await site.newBrowser().call('signIn', { body });
  assert.equal(answer.status, 201, answer.text);
  const user = answer.json['user'] as Record<string, unknown>;
  assert.equal(user['id'], site.victim.id);
  assert.equal(user['isOperator'], false);
});

test('16: names that every object has are unknown fields and pollute no prototype', async () => {
  await using site = await startSite();
  const owner = await site.signedIn(site.owner);
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    for (const value of ['{"isOperator":true}', '1', 'null']) {
      const answer = await owner.call('updateAccount', { body: `{"name":"New","${name}":${value}}` });
      assert.equal(answer.status, 400, `${name}: ${answer.text}`);
      const errors = answer.json['errors'] as Record<string, unknown>;
      assert.deepEqual(Object.entries(errors), [[name, ['unknown field']]]);
    }
  }
  assert.equal(Reflect.get({}, 'isOperator'), undefined);
});
