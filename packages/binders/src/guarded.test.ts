import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from '@bindery/guard';
import { fastifyGuard } from '@bindery/guard/fastify';
import Fastify, { type FastifyContextConfig, type InjectOptions } from 'fastify';
import {
  createTestGuard,
  headersOf,
  openDatabase,
  organizations,
  startApp,
} from '../../../test/support/binders-app.ts';
import { createBinders } from './binders.ts';

type Method = NonNullable<InjectOptions['method']>;
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY'] as const;

test('220 and 225: every registered route refuses a request without a token, under every method', async (t) => {
  const { app, routes } = await startApp(t);
  assert.ok(routes.length >= 7, 'the inventory saw the routes');
  for (const { url } of [...routes, { url: '/api/nothing' }]) {
    for (const method of methods) {
      const response = await app.inject({ method: method as Method, url: url.replace(':id', 'AAAAAAAAA') });
      assert.equal(response.statusCode, 401, `${method} ${url}`);
      assert.equal(response.headers['www-authenticate'], 'Bearer');
      assert.equal(response.headers['cache-control'], 'no-store');
      assert.equal(response.headers['x-content-type-options'], 'nosniff');
    }
  }
});

test('220: the inventory has every route, so that a new one cannot be forgotten', async (t) => {
  const { routes } = await startApp(t);
  assert.deepEqual(routes.map(({ method, url }) => `${method} ${url}`).toSorted(), [
    'DELETE /api/binders/:id',
    'GET /api/binders',
    'GET /api/binders/:id',
    'HEAD /api/binders',
    'HEAD /api/binders/:id',
    'PATCH /api/binders/:id',
    'POST /api/binders',
  ]);
});

test('217: on every route and under every method another organization sees and changes nothing', async (t) => {
  const { app, db } = await startApp(t);
  const first = await headersOf(organizations.first);
  const created = await app.inject({
    method: 'POST',
    url: '/api/binders',
    headers: first,
    payload: { name: 'Ours', type: 'project' },
  });
  const { id } = created.json<{ id: string }>();
  const before = await db.selectFrom('binders').selectAll().execute();
  const second = await headersOf(organizations.second);
  const tenantOfFirst = { ...second, 'x-tenant-id': organizations.first };

  for (const method of methods) {
    const payload = method === 'PATCH' || method === 'PUT' ? { payload: { name: 'Theirs' } } : {};
    const call = (headers: Record<string, string>, url: string) =>
      app.inject({ method: method as Method, url, headers, ...payload });
    const theirs = await call(second, `/api/binders/${id}`);
    const unknown = await call(second, '/api/binders/ZZZZZZZZZ');
    const known = ['GET', 'HEAD', 'PATCH', 'DELETE'].includes(method);
    if (known) assert.equal(theirs.statusCode, 404, method);
    assert.equal(theirs.statusCode, unknown.statusCode, method);
    const withoutTrace = (body: string) => body.replace(/"traceId":"[^"]*"/, '');
    assert.equal(withoutTrace(theirs.body), withoutTrace(unknown.body), method);
    for (const url of ['/api/binders', `/api/binders/${id}`]) {
      assert.equal((await call(tenantOfFirst, url)).statusCode, 403, `${method} ${url}`);
    }
  }
  const list = await app.inject({ url: '/api/binders', headers: second });
  assert.deepEqual(list.json(), { items: [], totalCount: 0, pageNumber: 1, pageSize: 50 });
  assert.deepEqual(await db.selectFrom('binders').selectAll().execute(), before);
});

test('a read token cannot write, and a method override header changes nothing', async (t) => {
  const { app } = await startApp(t);
  const headers = { ...(await headersOf(organizations.first, 'read')), 'x-http-method-override': 'GET' };
  assert.equal((await app.inject({ url: '/api/binders', headers })).statusCode, 200);
  for (const [method, url] of [
    ['POST', '/api/binders'],
    ['PATCH', '/api/binders/AAAAAAAAA'],
    ['DELETE', '/api/binders/AAAAAAAAA'],
  ] as const) {
    const response = await app.inject({ method, url, headers, payload: { name: 'a', type: 'project' } });
    assert.equal(response.statusCode, 403);
    assert.match(String(response.headers['www-authenticate']), /error="insufficient_scope".*read_write/);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    assert.equal(response.json().type, '/docs/errors#access_insufficient');
  }
  const overridden = await app.inject({
    url: '/api/binders',
    headers: { ...headers, 'x-http-method-override': 'DELETE' },
  });
  assert.equal(overridden.statusCode, 200);
});

test('the guard decides before a body is read, so that nobody without a token gets one parsed', async (t) => {
  const { app } = await startApp(t);
  const payload = 'x'.repeat(200_000);
  for (const contentType of ['application/json', 'text/plain']) {
    const response = await app.inject({
      method: 'POST',
      url: '/api/binders',
      payload,
      headers: { 'content-type': contentType },
    });
    assert.equal(response.statusCode, 401);
  }
});

test('both names of the tenant header mean the same, and each refusal carries the request id', async (t) => {
  const { app } = await startApp(t);
  const { 'x-tenant-id': tenant = '', ...bearer } = await headersOf(organizations.first);
  const status = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/api/binders', headers: { ...bearer, ...headers } })).statusCode;
  assert.equal(await status({ 'x-ibinder-tenantid': tenant }), 200);
  assert.equal(await status({ 'x-ibinder-tenantid': tenant.toUpperCase(), 'x-tenant-id': tenant }), 200);
  assert.equal(await status({ 'x-ibinder-tenantid': organizations.second, 'x-tenant-id': tenant }), 400);
  assert.equal(await status({}), 400);
  assert.equal(await status({ 'x-tenant-id': 'all' }), 400);
  const refused = await app.inject({ url: '/api/binders', headers: bearer });
  assert.match(refused.json().traceId, /^req-/);
});

test('219: if the keys or the database fail the response is 503 or a bare 500, and the handler is not called', async (t) => {
  const db = await openDatabase(t);
  const find = () => {
    throw new Error('secret cause');
  };
  const guard = createGuard({
    issuer: 'https://id.example.test',
    audience: 'x',
    jwks: { source: { find } },
    cutoffs: false,
  });
  const closed = Fastify();
  t.after(() => closed.close());
  await closed.register(createBinders({ db, guard }), { prefix: '/api' });
  const headers = await headersOf(organizations.first);
  const refused = await closed.inject({
    method: 'POST',
    url: '/api/binders',
    headers,
    payload: { name: 'a', type: 'project' },
  });
  assert.equal(refused.statusCode, 503);
  assert.doesNotMatch(refused.body, /secret/);
  assert.deepEqual(await db.selectFrom('binders').selectAll().execute(), []);

  const { app, db: broken } = await startApp(t);
  await broken.schema.dropTable('binders').execute();
  const failed = await app.inject({ url: '/api/binders', headers });
  assert.equal(failed.statusCode, 500);
  assert.doesNotMatch(failed.body, /no such table|select|sqlite/i);
});

test('a route can declare its access, and a misspelt declaration stops the start', async (t) => {
  const app = Fastify();
  t.after(() => app.close());
  app.get('/early', async (request) => request.bindery.clientId);
  await app.register(fastifyGuard(createTestGuard()));
  app.get('/change', { config: { bindery: { access: 'read_write' } } }, async () => 'changed');
  app.post('/search', { config: { bindery: { access: 'read' } } }, async (request) => request.bindery.access);
  // Plain JavaScript gives what the types forbid.
  const config = { bindery: { access: 'write' as 'read' } };
  assert.throws(() => app.get('/bad', { config }, async () => ''), /config\.bindery of GET \/bad: access must be/);
  const misspelt = { bindery: { acces: 'read_write' } } as FastifyContextConfig;
  assert.throws(() => app.get('/bad', { config: misspelt }, async () => ''), /unknown option acces/);
  const reader = await headersOf(organizations.first, 'read');
  assert.equal((await app.inject({ url: '/change', headers: reader })).statusCode, 403);
  const searched = await app.inject({ method: 'POST', url: '/search', headers: reader });
  assert.deepEqual([searched.statusCode, searched.body], [200, 'read']);
  assert.equal((await app.inject({ method: 'POST', url: '/search' })).statusCode, 401);
  assert.equal((await app.inject({ url: '/early' })).statusCode, 401);
  assert.equal((await app.inject({ url: '/early', headers: reader })).body, 'client');
});
