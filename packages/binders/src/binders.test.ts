import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { headersOf, organizations, startApp } from '../../../test/support/binders-app.ts';

const startedAt = Date.parse('2026-05-01T10:00:00.000Z');

/** An app and one caller of it, with a clock that moves a second with each look. */
async function startCaller(test: Parameters<typeof startApp>[0], randomBytes?: (size: number) => Uint8Array) {
  let looks = 0;
  const now = () => startedAt + 1_000 * looks++;
  const { app } = await startApp(test, { now, ...(randomBytes === undefined ? {} : { randomBytes }) });
  const headers = await headersOf(organizations.first);
  const call = async (
    method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'PUT' | 'OPTIONS',
    url: string,
    more: InjectOptions = {},
  ) => app.inject({ method, url, ...more, headers: { ...headers, ...more.headers } });
  const create = async (name = 'Harbour', type = 'project') => {
    const response = await call('POST', '/api/binders', { payload: { name, type } });
    assert.equal(response.statusCode, 201, response.body);
    return response.json<{ id: string; name: string; createdAt: string }>();
  };
  return { app, call, create };
}

test('a new binder gets 201 with Location, ETag and the binder', async (t) => {
  const { call } = await startCaller(t);
  const response = await call('POST', '/api/binders', { payload: { name: '  Harbour  ', type: 'procurement' } });
  assert.equal(response.statusCode, 201);
  const body = response.json<{ id: string }>();
  assert.match(body.id, /^[A-Z0-9]{9}$/);
  assert.deepEqual(body, {
    id: body.id,
    name: 'Harbour',
    type: 'procurement',
    createdAt: '2026-05-01T10:00:00.000Z',
    updatedAt: '2026-05-01T10:00:00.000Z',
  });
  assert.equal(response.headers.location, `/api/binders/${body.id}`);
  assert.equal(response.headers.etag, '"1"');
  assert.equal(response.headers['cache-control'], 'no-store');
  const found = await call('GET', response.headers.location);
  assert.deepEqual([found.statusCode, found.json(), found.headers.etag], [200, body, '"1"']);
});

test('the list is wrapped, newest first, and pages count from 1', async (t) => {
  const { call, create } = await startCaller(t);
  for (const name of ['a', 'b', 'c']) await create(name);
  const names = (body: { items: { name: string }[] }) => body.items.map((item) => item.name).join('');
  const all = (await call('GET', '/api/binders')).json();
  assert.equal(names(all), 'cba');
  assert.deepEqual({ ...all, items: 0 }, { items: 0, totalCount: 3, pageNumber: 1, pageSize: 50 });
  const second = (await call('GET', '/api/binders?pageSize=2&pageNumber=2')).json();
  assert.equal(names(second), 'a');
  assert.deepEqual({ ...second, items: 0 }, { items: 0, totalCount: 3, pageNumber: 2, pageSize: 2 });
  assert.deepEqual((await call('GET', '/api/binders?pageNumber=1000000')).json().items, []);
});

test('an impossible page is 400 with a message for the field', async (t) => {
  const { call } = await startCaller(t);
  for (const value of ['0', '-1', '201', '1.5', '1e1', 'x', '', '%20', '99999999', '1&pageSize=1']) {
    const response = await call('GET', `/api/binders?pageSize=${value}`);
    assert.equal(response.statusCode, 400, value);
    assert.deepEqual(Object.keys(response.json().errors), ['pageSize'], value);
  }
  const both = await call('GET', '/api/binders?pageSize=0&pageNumber=0');
  assert.deepEqual(Object.keys(both.json().errors), ['pageSize', 'pageNumber']);
  assert.equal((await call('GET', '/api/binders?pageSize=200')).statusCode, 200);
});

test('an invalid field is 400 with a message, and nothing is stored', async (t) => {
  const { call } = await startCaller(t);
  const good = { name: 'Harbour', type: 'project' };
  const table: [unknown, string[]][] = [
    [{}, ['name', 'type']],
    [{ ...good, name: '' }, ['name']],
    [{ ...good, name: '   ' }, ['name']],
    [{ ...good, name: 'x'.repeat(201) }, ['name']],
    [{ ...good, name: 'a\u0000b' }, ['name']],
    [{ ...good, name: 'a\nb' }, ['name']],
    [{ ...good, name: 'a\u2028b' }, ['name']],
    [{ ...good, name: 'a\ud800b' }, ['name']],
    [{ ...good, name: 7 }, ['name']],
    [{ ...good, name: null }, ['name']],
    [{ ...good, type: 'Project' }, ['type']],
    [{ ...good, type: ['project'] }, ['type']],
    [{ ...good, id: 'AAAAAAAAA' }, ['id']],
    [{ ...good, organizationId: organizations.second, organization_id: 'x' }, ['organizationId', 'organization_id']],
    [{ ...good, createdAt: 'x', updatedAt: 'x', version: 7 }, ['createdAt', 'updatedAt', 'version']],
    [[], ['body']],
    ['text', ['body']],
    [null, ['body']],
    [7, ['body']],
  ];
  for (const [body, fields] of table) {
    const payload = JSON.stringify(body);
    const response = await call('POST', '/api/binders', { payload, headers: { 'content-type': 'application/json' } });
    assert.equal(response.statusCode, 400, payload);
    const problem = response.json();
    assert.deepEqual(Object.keys(problem.errors), fields, payload);
    assert.ok(Object.values(problem.errors).every((messages) => Array.isArray(messages) && messages.length > 0));
    assert.equal(problem.type, '/docs/errors#invalid_fields');
  }
  assert.equal((await call('GET', '/api/binders')).json().totalCount, 0);
});

test('16: __proto__ in a body is an unknown field like any other, and refused', async (t) => {
  const { call } = await startCaller(t);
  const payload = '{"name":"a","type":"project","__proto__":{"polluted":1}}';
  const response = await call('POST', '/api/binders', { payload, headers: { 'content-type': 'application/json' } });
  assert.equal(response.statusCode, 400);
  assert.match(response.body, /"__proto__":\["is not a field that can be set"\]/);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('a name of 200 characters is accepted, whatever the characters are', async (t) => {
  const { create } = await startCaller(t);
  for (const name of ['x'.repeat(200), '🗂'.repeat(200), 'Ærø & Sønner <b>"\''])
    assert.equal((await create(name)).name, name);
});

test('a change sets the given fields and gives the binder a new ETag', async (t) => {
  const { call, create } = await startCaller(t);
  const { id, createdAt } = await create();
  for (const contentType of ['application/json', 'application/merge-patch+json', 'application/json; charset=utf-8']) {
    const response = await call('PATCH', `/api/binders/${id}`, {
      payload: JSON.stringify({ name: contentType }),
      headers: { 'content-type': contentType },
    });
    assert.equal(response.statusCode, 200, contentType);
    assert.equal(response.json().name, contentType);
    assert.equal(response.json().createdAt, createdAt);
    assert.equal(response.json().type, 'project');
  }
  const last = await call('GET', `/api/binders/${id}`);
  assert.equal(last.headers.etag, '"4"');
  assert.ok(last.json().updatedAt > createdAt);
  for (const payload of [{}, { name: null }, { id }, { createdAt }]) {
    assert.equal((await call('PATCH', `/api/binders/${id}`, { payload })).statusCode, 400);
  }
});

test('243: of many writers with the same ETag one wins, the others get 412, and no change is lost', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  const url = `/api/binders/${id}`;
  const writers = Array.from({ length: 10 }, (_, index) =>
    call('PATCH', url, { payload: { name: `writer ${index}` }, headers: { 'if-match': '"1"' } }),
  );
  const statuses = (await Promise.all(writers)).map((response) => response.statusCode);
  assert.deepEqual(statuses.toSorted(), [200, ...Array.from({ length: 9 }, () => 412)]);
  const now = await call('GET', url);
  assert.deepEqual([now.json().name, now.headers.etag], [`writer ${statuses.indexOf(200)}`, '"2"']);
});

test('If-Match: weak and unknown tags are 412, * matches any state, and a deletion obeys it too', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  const url = `/api/binders/${id}`;
  const payload = { name: 'changed' };
  for (const tag of ['W/"1"', '"2"', 'x', '']) {
    assert.equal((await call('PATCH', url, { payload, headers: { 'if-match': tag } })).statusCode, 412, tag);
    const refused = await call('DELETE', url, { headers: { 'if-match': tag } });
    assert.equal(refused.statusCode, 412, tag);
    assert.equal(refused.json().type, '/docs/errors#precondition_failed');
  }
  assert.equal((await call('PATCH', url, { payload, headers: { 'if-match': '*' } })).statusCode, 200);
  assert.equal((await call('DELETE', url, { headers: { 'if-match': '"1", "2"' } })).statusCode, 204);
  for (const tag of ['*', '"2"'])
    assert.equal((await call('DELETE', url, { headers: { 'if-match': tag } })).statusCode, 404);
});

test('a read with the current ETag is 304 without a body', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  for (const tag of ['"1"', 'W/"1"', '*', '"7", "1"']) {
    const response = await call('GET', `/api/binders/${id}`, { headers: { 'if-none-match': tag } });
    assert.deepEqual([response.statusCode, response.body, response.headers.etag], [304, '', '"1"'], tag);
  }
  assert.equal((await call('GET', `/api/binders/${id}`, { headers: { 'if-none-match': '"2"' } })).statusCode, 200);
});

test('HEAD responds like GET, without the body', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  for (const url of ['/api/binders', `/api/binders/${id}`, '/api/binders/ZZZZZZZZZ']) {
    const get = await call('GET', url);
    const head = await call('HEAD', url);
    assert.deepEqual([head.statusCode, head.body], [get.statusCode, ''], url);
    assert.equal(head.headers.etag, get.headers.etag);
    assert.equal(head.headers['cache-control'], 'no-store');
  }
});

test('a deleted binder is gone', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  // Some clients name a content type on every request.
  const gone = await call('DELETE', `/api/binders/${id}`, { headers: { 'content-type': 'application/json' } });
  assert.deepEqual([gone.statusCode, gone.body], [204, '']);
  for (const method of ['GET', 'DELETE'] as const)
    assert.equal((await call(method, `/api/binders/${id}`)).statusCode, 404);
  assert.equal((await call('GET', '/api/binders')).json().totalCount, 0);
});

test('a body must be JSON in UTF-8 of at most 64 KiB', async (t) => {
  const { call } = await startCaller(t);
  const good = '{"name":"a","type":"project"}';
  const post = (payload: string | Buffer, headers: Record<string, string>) =>
    call('POST', '/api/binders', { payload, headers });
  const jsonType = { 'content-type': 'application/json' };
  const table: [Awaited<ReturnType<typeof post>>, number, string][] = [
    [await post('{', jsonType), 400, 'invalid_json'],
    [await post(`${good}}`, jsonType), 400, 'invalid_json'],
    [await post(Buffer.from('{"name":"\xff","type":"project"}', 'latin1'), jsonType), 400, 'invalid_json'],
    [await post('', jsonType), 400, 'invalid_fields'],
    [await post(good, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    [await post(good, { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'unsupported_media_type'],
    [await post(good, { 'content-type': 'application/json-seq' }), 415, 'unsupported_media_type'],
    [await post(good, { 'content-type': '' }), 415, 'unsupported_media_type'],
    [await post(good, { ...jsonType, 'content-encoding': 'gzip' }), 415, 'unsupported_media_type'],
    [await post(`${good}${' '.repeat(65_536)}`, jsonType), 413, 'body_too_large'],
  ];
  for (const [index, [response, status, code]] of table.entries()) {
    assert.deepEqual([response.statusCode, response.json().type], [status, `/docs/errors#${code}`], String(index));
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  }
  assert.equal((await call('GET', '/api/binders')).json().totalCount, 0);
  assert.equal((await post(good.padEnd(65_536), jsonType)).statusCode, 201);
});

test('an unknown path is 404, and an unknown method 405 with those that are allowed', async (t) => {
  const { call, create } = await startCaller(t);
  const { id } = await create();
  for (const url of [
    '/api/',
    '/api/nothing',
    '/api/binders/',
    `/api/binders/${id}/x`,
    `/api/binders/${id.toLowerCase()}`,
    '/api/binders/%00',
  ]) {
    const response = await call('GET', url);
    assert.deepEqual([response.statusCode, response.json().type], [404, '/docs/errors#not_found'], url);
  }
  const table = {
    '/api/binders': 'GET, HEAD, OPTIONS, POST',
    [`/api/binders/${id}`]: 'DELETE, GET, HEAD, OPTIONS, PATCH',
  };
  for (const [url, allow] of Object.entries(table)) {
    const refused = await call('PUT', `${url}?x=1`, { payload: { name: 'a' } });
    assert.deepEqual([refused.statusCode, refused.headers.allow], [405, allow]);
    const options = await call('OPTIONS', url);
    assert.deepEqual([options.statusCode, options.headers.allow, options.body], [204, allow, '']);
  }
});

test('an id that is taken is drawn again, and if none is free the response is a bare 500', async (t) => {
  let draws = 0;
  const { call, create } = await startCaller(t, (size) => {
    draws += 1;
    return new Uint8Array(size).fill(draws <= 2 ? 0 : 1);
  });
  assert.equal((await create()).id, 'AAAAAAAAA');
  assert.equal((await create()).id, 'BBBBBBBBB');
  assert.equal(draws, 3);
  const full = await call('POST', '/api/binders', { payload: { name: 'a', type: 'project' } });
  assert.equal(full.statusCode, 500);
  assert.deepEqual(Object.keys(full.json()), ['type', 'title', 'status', 'detail', 'code', 'traceId']);
  assert.doesNotMatch(full.body, /id was found/);
});
