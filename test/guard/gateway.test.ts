import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { accepts } from '../support/ports.ts';
import { type ProxyProcess, startCaddy, startNginx } from '../support/proxies.ts';
import { getToken } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

/** A request that reached the API behind the proxy. */
interface Asked {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

let bindery: Bindery;
let reader: TestClient;
let writer: TestClient;
let other: TestClient;
let readerToken: string;
let writerToken: string;
const asked: Asked[] = [];
const api = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
  asked.push({ method: request.method, headers: request.headers });
  request.resume();
  response.end('from the api');
});
const proxies: ProxyProcess[] = [];

before(async () => {
  bindery = await startBindery();
  reader = await createClient(bindery, { access: 'read' });
  writer = await createClient(bindery, { access: 'read_write', org: reader.organization_id });
  other = await createClient(bindery);
  readerToken = await getToken(bindery, reader);
  writerToken = await getToken(bindery, writer);
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  // The address of a net server that listens on a port is an object.
  const ports = { bindery: Number(new URL(bindery.url).port), api: (api.address() as AddressInfo).port };
  proxies.push(await startNginx(ports), await startCaddy(ports));
});

after(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  api.close();
  api.closeAllConnections();
  await bindery[Symbol.asyncDispose]();
});

test('the gateway answers 200 with who is calling', async () => {
  const answer = await ask({ 'x-original-method': 'GET' });
  assert.equal(answer.status, 200);
  assert.deepEqual(identityOf(answer.headers), {
    'x-client-id': reader.client_id,
    'x-organization-id': reader.organization_id,
    'x-access': 'read',
    'x-scope': 'public',
    'x-user-id': '',
  });
});

test('the gateway adopts a request id or creates one, and logs refusals under it without the query', async () => {
  const given = 'a-request-id-of-a-proxy';
  const refused = await ask({
    'x-request-id': given,
    'x-original-method': 'DELETE',
    'x-original-uri': '/things/1?access_token=hidden',
    'x-forwarded-for': '203.0.113.9, 192.0.2.7, 127.0.0.1',
  });
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get('x-request-id'), given);
  const line = await waitFor(() =>
    bindery
      .log()
      .split('\n')
      .find((text) => text.includes(given)),
  );
  const { time, milliseconds, ...rest } = JSON.parse(line);
  assert.deepEqual([typeof time, typeof milliseconds], ['string', 'number']);
  assert.deepEqual(rest, {
    ...{ level: 'info', requestId: given, method: 'GET', path: '/verify', status: 403, address: '192.0.2.7' },
    ...{ originalMethod: 'DELETE', originalPath: '/things/1', msg: 'request' },
    reason: refused.headers.get('x-auth-error'),
  });
  for (const odd of ['short', 'x'.repeat(65), 'with a space in it']) {
    const answer = await ask({ 'x-request-id': odd, 'x-original-method': 'GET' });
    assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  }
});

test("the gateway also answers under the public URL's path, and to an absolute request target", async () => {
  await using behind = await startBindery({ env: { BINDERY_PUBLIC_URL: 'https://id.example.com/auth' } });
  const { port } = new URL(behind.url);
  for (const path of ['/verify', '/auth/verify', '/auth/verify/things', 'http://id.example.com/verify']) {
    const [head = ''] = await exchange(Number(port), `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(head, /^HTTP\/1\.1 401 /, path);
  }
});

test('a token or method sent twice is refused, and the body is drained unread', async () => {
  const { port } = new URL(bindery.url);
  const start = (headers: readonly string[]): string =>
    ['POST /verify HTTP/1.1', 'Host: x', `X-Tenant-Id: ${reader.organization_id}`, ...headers].join('\r\n');
  const token = `Authorization: Bearer ${readerToken}`;
  const twice = ['X-Original-Method: GET', token, token];
  const methods = [token, 'X-Original-Method: GET', 'x-original-method: POST'];
  for (const headers of [twice, methods]) {
    const [head = ''] = await exchange(Number(port), `${start([...headers, 'Connection: close'])}\r\n\r\n`);
    assert.match(head, /^HTTP\/1\.1 403 /);
  }
  const body = 'x'.repeat(100_000);
  const first = `${start([token, 'X-Original-Method: GET', `Content-Length: ${body.length}`])}\r\n\r\n${body}`;
  const second = `${start([token, 'X-Original-Method: GET', 'Connection: close'])}\r\n\r\n`;
  const heads = await exchange(Number(port), first + second);
  assert.deepEqual(
    heads.map((head) => head.split('\r\n', 1)[0]),
    ['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'],
  );
});

test('a gateway response during shutdown is the last on its connection', async () => {
  const stopping = await startBindery();
  try {
    const { port } = new URL(stopping.url);
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write('GET /verify HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => (text.endsWith('\r\n\r\n') ? true : undefined));
    assert.match(text, /^connection: keep-alive/im);
    text = '';
    // The head of an unfinished request holds the connection open.
    socket.write('GET /verify HTTP/1.1\r\nHost: x\r\n');
    const stopped = stopping.stop();
    await waitFor(async () => ((await accepts(Number(port))) ? undefined : true));
    socket.write('\r\n');
    await ended;
    assert.match(text, /^HTTP\/1\.1 401 /);
    assert.match(text, /^connection: close/im);
    assert.equal(await stopped, 0);
  } finally {
    await stopping[Symbol.asyncDispose]();
  }
});

test('a missing method counts as a write', async () => {
  const answer = await ask({});
  assert.equal(answer.status, 403);
  assert.match(answer.headers.get('www-authenticate') ?? '', /insufficient_scope/);
  assert.match(answer.headers.get('x-auth-error') ?? '', /read_write/);
});

test('two families of headers that contradict each other are 403, and fine if they agree', async () => {
  const differing = [
    { 'x-original-method': 'POST', 'x-forwarded-method': 'GET' },
    { 'x-original-uri': '/a', 'x-forwarded-uri': '/b', 'x-original-method': 'GET' },
  ];
  for (const headers of differing) {
    assert.equal((await ask(headers)).status, 403);
  }
  assert.equal((await ask({ 'x-original-method': 'GET', 'x-forwarded-method': 'GET' })).status, 200);
});

test('every refusal of a caller is 401 or 403, for every method and path of the gateway', async () => {
  const refused: [Record<string, string>, number][] = [
    [{ authorization: '' }, 401],
    [{ authorization: 'Bearer x' }, 401],
    [{ authorization: `Bearer ${readerToken}x` }, 401],
    [{ 'x-tenant-id': '' }, 403],
    [{ 'x-tenant-id': 'nonsense' }, 403],
    [{ 'x-tenant-id': other.organization_id }, 403],
    [{ 'x-ibinder-tenantid': other.organization_id }, 403],
  ];
  for (const [headers, status] of refused) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
      for (const path of ['/verify', '/verify/api/binders', '/verify?x=1']) {
        const answer = await ask({ 'x-original-method': 'GET', ...headers }, { method, path });
        assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(headers)}`);
        assert.notEqual(answer.headers.get('x-auth-error'), null);
        assert.equal(answer.headers.get('x-client-id'), null);
      }
    }
  }
  assert.equal((await fetch(`${bindery.url}/verifying`)).status, 404);
});

test('an unknown Expect header gets no status of its own from the gateway', async () => {
  const port = Number(new URL(bindery.url).port);
  for (const [path, status] of [
    ['/verify', 401],
    ['/connect/token', 417],
  ] as const) {
    const head = [`GET ${path} HTTP/1.1`, 'Host: x', 'Expect: something', 'Connection: close', '', ''];
    const [answer = ''] = await exchange(port, head.join('\r\n'));
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), path);
  }
});

for (const name of ['nginx', 'caddy']) {
  test(`${name}: an allowed call reaches the API with the caller's identity and without the token`, async () => {
    const answer = await call(name, { method: 'GET', token: readerToken });
    assert.equal(answer.status, 200);
    const [seen] = answer.asked;
    assert.equal(seen?.headers['x-client-id'], reader.client_id);
    assert.equal(seen?.headers['x-organization-id'], reader.organization_id);
    assert.equal(seen?.headers['x-access'], 'read');
    assert.equal(seen?.headers.authorization, undefined);
    assert.equal((await call(name, { method: 'POST', token: writerToken })).status, 200);
  });

  test(`${name}: a refused call never reaches the API, and its response says why`, async () => {
    const none = await call(name, { method: 'GET', token: undefined });
    assert.equal(none.status, 401);
    assert.equal(none.headers.get('www-authenticate'), 'Bearer');
    assert.deepEqual(none.asked, []);
    const write = await call(name, { method: 'POST', token: readerToken });
    assert.equal(write.status, 403);
    assert.deepEqual(write.asked, []);
  });

  test(`${name}: a method smuggled in a header does not turn a write into a read`, async () => {
    for (const header of [
      'x-original-method',
      'x-forwarded-method',
      'x-http-method-override',
      'x-method-override',
      'X-Original-Method',
    ]) {
      const answer = await call(name, { method: 'DELETE', token: readerToken, headers: { [header]: 'GET' } });
      assert.ok([401, 403].includes(answer.status), `${header}: ${answer.status}`);
      assert.deepEqual(answer.asked, []);
    }
  });

  test(`${name}: no header turns a read into a write for the API`, async () => {
    const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];
    const answer = await call(name, {
      method: 'GET',
      token: readerToken,
      headers: Object.fromEntries(overrides.map((header) => [header, 'DELETE'])),
    });
    assert.equal(answer.status, 200);
    for (const header of overrides) {
      assert.equal(answer.asked[0]?.headers[header], undefined, header);
    }
  });

  test(`${name}: a tenant header sent twice is refused`, async () => {
    const [own, foreign] = [reader, other].map(({ organization_id }) => `X-Tenant-Id: ${organization_id}`);
    for (const tenants of [
      [own, foreign],
      [foreign, own],
    ]) {
      assert.match(await exchangeWith(name, tenants), /^HTTP\/1\.1 40[013] /);
      assert.equal(asked.length, 0);
    }
  });

  test(`${name}: a request that Bindery cannot read is refused, not answered with 500`, async () => {
    const tenant = `X-Tenant-Id: ${reader.organization_id}`;
    const large = ['x-a', 'x-b', 'x-c'].map((header) => `${header}: ${'x'.repeat(6_500)}`);
    const almost = ['x-a', 'x-b'].map((header) => `${header}: ${'x'.repeat(5_500)}`);
    for (const headers of [large, almost, ['X-A: a\u0001b'], ['X-A: a\u007fb']]) {
      const answer = await exchangeWith(name, [tenant, ...headers]);
      assert.match(answer, /^HTTP\/1\.1 (?:200|400|403|431|494) /, answer.slice(0, 200));
    }
  });

  test(`${name}: an identity or tenant smuggled in a header is overwritten or refused`, async () => {
    const forged = {
      'x-client-id': other.client_id,
      'x-organization-id': other.organization_id,
      'x-access': 'read_write',
      'x-scope': 'admin',
      'x-user-id': 'user_forged',
    };
    const answer = await call(name, { method: 'GET', token: readerToken, headers: forged });
    assert.equal(answer.status, 200);
    const [seen] = answer.asked;
    assert.equal(seen?.headers['x-client-id'], reader.client_id);
    assert.equal(seen?.headers['x-organization-id'], reader.organization_id);
    assert.equal(seen?.headers['x-access'], 'read');
    assert.equal(seen?.headers['x-scope'], 'public');
    assert.notEqual(seen?.headers['x-user-id'], 'user_forged');
    // CGI and the like treat an underscore as a hyphen.
    const underscored = [
      'x_client_id',
      'X_Client-Id',
      'x-client_id',
      'X-User_Id',
      'x_user-id',
      'X-Organization_ID',
      'x_access',
      'X-Tenant_Id',
      'X-Http-Method_Override',
      'X-Http_Method-Override',
      'X-Method_Override',
    ];
    const odd = await call(name, {
      method: 'GET',
      token: readerToken,
      headers: Object.fromEntries(underscored.map((header) => [header, 'forged'])),
    });
    assert.deepEqual(
      Object.keys(odd.asked[0]?.headers ?? {}).filter((header) => header.includes('_')),
      [],
    );
    for (const tenant of [other.organization_id, `${reader.organization_id},${other.organization_id}`, '']) {
      const refused = await call(name, { method: 'GET', token: readerToken, headers: { 'x-tenant-id': tenant } });
      assert.ok([401, 403].includes(refused.status), `${tenant}: ${refused.status}`);
      assert.deepEqual(refused.asked, []);
    }
  });
}

function ask(
  headers: Record<string, string>,
  options: { readonly method?: string; readonly path?: string } = {},
): Promise<Response> {
  return fetch(bindery.url + (options.path ?? '/verify'), {
    method: options.method ?? 'GET',
    headers: { authorization: `Bearer ${readerToken}`, 'x-tenant-id': reader.organization_id, ...headers },
  });
}

function identityOf(headers: Headers): Record<string, string> {
  const names = ['x-client-id', 'x-organization-id', 'x-access', 'x-scope', 'x-user-id'];
  return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? 'absent']));
}

test('the gateway refuses an unreadable request in a way that proxies understand; other callers are told what is wrong', async () => {
  const port = Number(new URL(bindery.url).port);
  for (const header of [`X-A: ${'x'.repeat(20_000)}`, 'X-A: a\u0001b']) {
    const ask = (path: string) => exchange(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`);
    for (const path of ['/verify', '/verify/things?x=1']) {
      const [answer = ''] = await ask(path);
      assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\nX-Auth-Error: the (?:headers|request) /);
    }
    const [elsewhere = ''] = await ask('/verifying');
    assert.match(elsewhere, /^HTTP\/1\.1 4(?:00|31) /);
  }
});

/** Sends a read through a proxy with exactly these headers; returns the head of the response. */
async function exchangeWith(name: string, headers: readonly (string | undefined)[]): Promise<string> {
  const { port } = new URL(proxyOf(name).url);
  const head = ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${readerToken}`, ...headers];
  asked.length = 0;
  const [answer = ''] = await exchange(Number(port), [...head, 'Connection: close', '', ''].join('\r\n'));
  return answer;
}

function proxyOf(name: string): ProxyProcess {
  const proxy = proxies.find((candidate) => candidate.name === name);
  assert.ok(proxy);
  return proxy;
}

async function call(
  name: string,
  options: {
    readonly method: string;
    readonly token: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<{ status: number; headers: Headers; asked: Asked[] }> {
  asked.length = 0;
  const response = await fetch(`${proxyOf(name).url}/things/1?x=2`, {
    method: options.method,
    headers: {
      'x-tenant-id': reader.organization_id,
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
  });
  await response.text();
  return { status: response.status, headers: response.headers, asked: [...asked] };
}

/** Writes to a connection and returns the head of each response once the server has closed it. */
function exchange(port: number, text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer.split('\r\n\r\n').filter(Boolean)));
  });
}
