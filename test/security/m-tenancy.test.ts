import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, type Credentials, startTarget, type Target } from '../support/target.ts';

let target: Target;
let token: string;
let other: Credentials & { token: string };

before(async () => {
  target = await startTarget();
  token = await tokenOf(target.client);
  const stranger = await target.server.newClient();
  target.secrets.add(stranger.clientSecret);
  other = { ...stranger, token: await tokenOf(stranger) };
});
after(() => target[Symbol.asyncDispose]());

async function tokenOf({ clientId, clientSecret }: Credentials): Promise<string> {
  const answer = await target.send({ ...target.good, client_id: clientId, client_secret: clientSecret });
  return String(target.expectToken(answer)['access_token']);
}

const headersOf = (bearer: string, organizationId: string) => ({
  authorization: `Bearer ${bearer}`,
  'x-tenant-id': organizationId,
});

function call(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  return target.send(body ?? '', { method, path, type: body && 'application/json', headers });
}

/** What holds for every refusal of the guarded API. */
function assertProblem(answer: Answer, status: number, challenge: RegExp | undefined, note = ''): void {
  assert.equal(answer.status, status, `${note} ${answer.body}`);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, note);
  assert.equal(answer.headers['cache-control'], 'no-store', note);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff', note);
  if (challenge === undefined) {
    assert.equal(answer.headers['www-authenticate'], undefined, note);
  } else {
    assert.match(String(answer.headers['www-authenticate']), challenge, note);
  }
  const problem = JSON.parse(answer.body) as Record<string, unknown>;
  assert.equal(problem['status'], status);
  assert.equal(problem['traceId'], answer.headers['x-request-id']);
  for (const secret of target.secrets) {
    assert.ok(!answer.body.includes(secret) && !target.server.log().includes(secret), note);
  }
}

test('209: a missing token gets a bare challenge, an invalid one invalid_token, too little access insufficient_scope', async () => {
  const tenant = { 'x-tenant-id': target.client.organizationId };
  assertProblem(await call('GET', '/api/binders', tenant), 401, /^Bearer$/);
  for (const bad of ['x', `${token}x`, token.slice(0, -1), token.replace(/\.[^.]*$/, '.'), 'null']) {
    const answer = await call('GET', '/api/binders', { ...tenant, authorization: `Bearer ${bad}` });
    assertProblem(answer, 401, /^Bearer .*error="invalid_token"/, bad.slice(0, 10));
  }
  const reader = await target.newClient({ access: 'read' });
  const reading = headersOf(await tokenOf(reader), reader.organizationId);
  assert.equal((await call('GET', '/api/binders', reading)).status, 200);
  const binder = { name: 'A', type: 'project' };
  const writing = await call('POST', '/api/binders', reading, binder);
  assertProblem(writing, 403, /^Bearer .*error="insufficient_scope"/);
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    const overridden = await call('POST', '/api/binders?_method=GET', { ...reading, [name]: 'GET' }, binder);
    assertProblem(overridden, 403, /^Bearer .*error="insufficient_scope"/);
  }
});

test('209: client credentials are not accepted as an access token, nor an access token as a client', async () => {
  const { clientId, clientSecret, organizationId } = target.client;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const answer = await call('GET', '/api/binders', { authorization: basic, 'x-tenant-id': organizationId });
  assertProblem(answer, 401, /^Bearer$/);
  const asSecret = await target.send({ ...target.good, client_secret: token });
  assert.equal(asSecret.status, 401);
});

test('210: a token in the query is never read', async () => {
  const tenant = { 'x-tenant-id': target.client.organizationId };
  const answer = await call('GET', `/api/binders?access_token=${token}`, tenant);
  assertProblem(answer, 401, /^Bearer$/);
  const form = await target.send(`access_token=${token}`, { path: '/api/binders', headers: tenant });
  assertProblem(form, 401, /^Bearer$/);
});

test("212: every organization but the token's own is 403, whether it exists or not", async () => {
  const own = await call('GET', '/api/binders', headersOf(token, target.client.organizationId.toUpperCase()));
  assert.equal(own.status, 200);
  const bodies = new Set<string>();
  for (const organizationId of [other.organizationId, randomUUID()]) {
    for (const name of ['x-tenant-id', 'x-ibinder-tenantid']) {
      const answer = await call('GET', '/api/binders', { authorization: `Bearer ${token}`, [name]: organizationId });
      assertProblem(answer, 403, undefined);
      assert.ok(!answer.body.includes(organizationId));
      bodies.add(answer.body.replace(String(answer.headers['x-request-id']), ''));
    }
  }
  assert.equal(bodies.size, 1);
});

test('213: a missing or empty tenant header, or one that is not a UUID, is 400', async () => {
  const authorization = `Bearer ${token}`;
  const { organizationId } = target.client;
  for (const tenant of [
    undefined,
    '',
    '*',
    'null',
    organizationId.replaceAll('-', ''),
    `${organizationId}, ${organizationId}`,
  ]) {
    for (const name of ['x-tenant-id', 'x-ibinder-tenantid']) {
      const answer = await call('GET', '/api/binders', {
        authorization,
        ...(tenant !== undefined && { [name]: tenant }),
      });
      assertProblem(answer, 400, undefined, tenant ?? 'none');
    }
  }
});

test('216: two tenant headers must agree', async () => {
  const own = target.client.organizationId;
  const both = (one: string, two: string) =>
    call('GET', '/api/binders', {
      authorization: `Bearer ${token}`,
      'x-tenant-id': one,
      'x-ibinder-tenantid': two,
    });
  assert.equal((await both(own, own.toUpperCase())).status, 200);
  assertProblem(await both(own, other.organizationId), 400, undefined);
  assertProblem(await both(other.organizationId, own), 400, undefined);
  assertProblem(await both(own, ''), 400, undefined);
});

test('217: data of one organization is 404 for another on every route, and stays unchanged', async () => {
  const own = headersOf(token, target.client.organizationId);
  const created = await call('POST', '/api/binders', own, { name: 'Ours', type: 'project' });
  assert.equal(created.status, 201);
  const path = String(created.headers['location']).replace(/^https?:\/\/[^/]+/, '');
  const before = (await call('GET', path, own)).body;
  const foreign = headersOf(other.token, other.organizationId);
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? { name: 'Theirs' } : undefined;
    for (const more of [{}, { 'if-match': String(created.headers['etag']) }, { 'if-match': '*' }]) {
      const answer = await call(method, path, { ...foreign, ...more }, body);
      assertProblem(answer, 404, undefined, method);
      assert.ok(!answer.body.includes('Ours'));
    }
  }
  const list = JSON.parse((await call('GET', '/api/binders', foreign)).body) as Record<string, unknown>;
  assert.deepEqual([list['items'], list['totalCount']], [[], 0]);
  assert.equal((await call('GET', path, own)).body, before);
  // The header never selects: with the other organization's id, the token is refused and not moved there.
  assertProblem(await call('GET', path, headersOf(other.token, target.client.organizationId)), 403, undefined);
});

test('219: when the keys cannot be read, the API is 503 and its handler does not run', async () => {
  await using broken = await startTarget();
  const answer = broken.expectToken(await broken.send(broken.good));
  const headers = headersOf(String(answer['access_token']), broken.client.organizationId);
  const sending = { method: 'GET', path: '/api/binders', type: undefined, headers };
  assert.equal((await broken.send('', sending)).status, 200);
  await broken.server.context.database.close();
  const refused = await broken.send('', sending);
  assert.equal(refused.status, 503, refused.body);
  assert.doesNotMatch(refused.body, /sqlite|database|\.ts/i);
});

/** Every route of the server, from Fastify's own tree. */
function routesOf(from: Target): { path: string; methods: string[] }[] {
  const parents: string[] = [];
  return from.server.app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const match = /^(.*?[└├]── )(\S+)(?: \(([^)]*)\))?/.exec(line);
      if (match === null) {
        return [];
      }
      const depth = (match[1]?.length ?? 0) / 4 - 1;
      parents[depth] = match[2] ?? '';
      const path = parents.slice(0, depth + 1).join('');
      return match[3] === undefined ? [] : [{ path, methods: match[3].split(', ') }];
    });
}

const publicPaths = [
  '/',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/jwks.json',
  '/.well-known/bindery-cutoffs',
  '/healthz',
  '/readyz',
  '/console',
  '/console/*',
  '/console*',
  '/openapi.json',
  '/llms.txt',
  '/setup',
  '/console/assets/*',
  '/admin/instance',
  '/admin/setup',
  '/admin/branding/logo',
];

test('220: every route is either on the public list or refuses calls without credentials, for every method', async () => {
  const routes = routesOf(target);
  assert.equal(routes.filter(({ path }) => path === '/api/binders/:id').length, 1);
  assert.ok(routes.length > 8);
  for (const { path, methods } of routes.filter(
    ({ path }) => !publicPaths.includes(path) && !path.startsWith('/docs'),
  )) {
    for (const method of methods) {
      const answer = await target.send(method === 'POST' ? 'token=x' : '', {
        method,
        path: path.replace(':id', 'MNWI5YR89'),
      });
      // There is no operator yet: the management API refuses everything, or the request's origin.
      const refusals = path.startsWith('/admin/') || path.startsWith('/console') ? [403, 503] : [401];
      assert.ok(
        refusals.includes(answer.status),
        `${method} ${path} is open: guard it, or add it to the public paths here`,
      );
    }
  }
});

test('221 and 223: headers that claim an identity change nothing', async () => {
  const claims = {
    'x-user-id': 'root',
    'x-org-id': other.organizationId,
    'x-organization-id': other.organizationId,
    'x-client-id': other.clientId,
    'x-access': 'read_write',
    'x-forwarded-user': 'root',
    'remote-user': 'root',
  };
  const reader = await target.newClient({ access: 'read' });
  const headers = { ...headersOf(await tokenOf(reader), reader.organizationId), ...claims };
  const list = await call('GET', '/api/binders', headers);
  assert.equal(list.status, 200);
  assert.equal(list.body, (await call('GET', '/api/binders', headersOf(token, target.client.organizationId))).body);
  const written = await call('POST', '/api/binders', headers, { name: 'A', type: 'project' });
  assertProblem(written, 403, /insufficient_scope/);
});

test('225: HEAD and OPTIONS are guarded like GET', async () => {
  for (const method of ['HEAD', 'OPTIONS', 'TRACE']) {
    const answer = await call(method, '/api/binders', {});
    assert.ok([401, 404, 405].includes(answer.status), `${method} ${answer.status}`);
    assert.ok(!answer.body.includes('items'));
  }
  assert.equal((await call('HEAD', '/api/binders', {})).status, 401);
  const head = await call('HEAD', '/api/binders', headersOf(token, target.client.organizationId));
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
});
