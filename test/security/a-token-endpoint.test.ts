import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { listAuditEntries } from '@bindery/server/store/audit.ts';
import { decodeJwt } from 'jose';
import { basic, form, startTarget, type Target } from '../support/target.ts';
import { exchange, formRequest } from '../support/wire.ts';

const paths = ['/connect/token', '/access_token', '/oauth/token'] as const;
const json = 'application/json';
const knownNames = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'resource',
  'username',
  'password',
  'refresh_token',
  'token',
  'token_type_hint',
];

let target: Target;
let port: number;

before(async () => {
  target = await startTarget();
  await target.server.app.listen({ port: 0, host: '127.0.0.1' });
  // It listens on a port, so the address is an object.
  port = (target.server.app.server.address() as AddressInfo).port;
});
after(() => target[Symbol.asyncDispose]());

test('1: GET is 405 with Allow: POST, and its query is never logged', async () => {
  for (const path of paths) {
    const answer = await target.send('', { method: 'GET', path, query: `?${form(...Object.entries(target.good))}` });
    await target.expectRefusal(answer, 405, 'invalid_request', path);
    assert.equal(answer.headers['allow'], 'POST');
  }
  assert.ok(!target.server.log().includes('grant_type'));
});

test('2: credentials in the query are refused, whatever the body says', async () => {
  const { client_id, client_secret, grant_type } = target.good;
  const queries = [
    { client_id, client_secret },
    { client_id },
    { client_secret },
    { client_secret: '' },
    { grant_type },
    target.good,
  ];
  for (const query of queries) {
    const text = `?${new URLSearchParams(query as Record<string, string>)}`;
    for (const body of [{ grant_type }, target.good]) {
      await target.expectRefusal(await target.send(body, { query: text }), 400, 'invalid_request', text);
    }
  }
});

test('3: every method but POST is 405, and TRACE echoes nothing', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND']) {
    const answer = await target.send('', { method, type: undefined, headers: { 'x-canary': 'sing' } });
    await target.expectRefusal(answer, 405, 'invalid_request', method);
    assert.equal(answer.headers['allow'], 'POST');
    assert.ok(!answer.body.includes('sing'));
  }
  const head = await target.send('', { method: 'HEAD', type: undefined });
  assert.equal(head.status, 405);
});

test('4: no origin is allowed: neither a preflight nor a request gets a CORS header', async () => {
  for (const origin of ['https://evil.example', 'null']) {
    const preflight = await target.send('', {
      method: 'OPTIONS',
      type: undefined,
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    await target.expectRefusal(preflight, 405, 'invalid_request', origin);
    const answer = await target.send(target.good, { headers: { origin } });
    target.expectToken(answer);
    for (const { headers } of [preflight, answer]) {
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('access-control-')),
        [],
      );
    }
  }
});

test('5: a form and JSON are read under all three names of the endpoint', async () => {
  for (const path of paths) {
    target.expectToken(await target.send(target.good, { path }));
    target.expectToken(await target.send(target.good, { path, type: json }));
  }
});

test('5: any other content type, or none, is 415 and the body is not read', async () => {
  const types = [
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/json',
    'application/jsonx',
    'application/json+x',
    'application/ld+json',
    'application/x-www-form-urlencodedx',
    'application/*',
    '*/*',
    'json',
    'application/json, application/x-www-form-urlencoded',
    '',
    undefined,
  ];
  for (const path of paths) {
    for (const type of types) {
      const before = await target.rowCounts();
      const answer = await target.send(target.good, { path, type });
      const after = await target.rowCounts();
      await target.expectRefusal(answer, 415, 'invalid_request', `${path} ${type}`);
      assert.deepEqual(after, before);
    }
  }
});

test('5: a request without a body is refused', async () => {
  await target.expectRefusal(await target.send('', { type: undefined }), 415, 'invalid_request');
  await target.expectRefusal(await target.send(''), 401, 'invalid_client');
  await target.expectRefusal(await target.send('', { type: json }), 400, 'invalid_request');
});

test('6: charset UTF-8 is accepted in any spelling, any other charset is 415', async () => {
  for (const type of ['application/x-www-form-urlencoded', json]) {
    for (const ending of [
      '; charset=UTF-8',
      ';charset=utf-8',
      ' ; Charset="Utf-8"',
      '; charset=utf8',
      '; charset=UTF-8; x=y',
    ]) {
      target.expectToken(await target.send(target.good, { type: type + ending }), ending);
      target.expectToken(
        await target.send(type === json ? JSON.stringify(target.good) : target.good, {
          type: type.toUpperCase() + ending,
        }),
        ending,
      );
    }
    for (const ending of [
      '; charset=utf-16',
      '; charset=iso-8859-1',
      '; charset=utf-7',
      '; charset=utf-8, utf-16',
      '; charset=',
      '; charset=utf-8; charset=utf-16',
      '; charset=utf-16; charset=utf-8',
    ]) {
      const answer = await target.send(target.good, { type: type + ending });
      await target.expectRefusal(answer, 415, 'invalid_request', type + ending);
    }
  }
});

test('7: every parameter sent twice is refused, known or not, equal or not, empty or not', async () => {
  const pairs = Object.entries(target.good);
  for (const name of [...knownNames, 'foo', '__proto__']) {
    const first = target.good[name] ?? 'a';
    for (const [one, two] of [
      [first, first],
      [first, 'b'],
      ['b', first],
      [first, ''],
      ['', first],
      ['', ''],
    ] as const) {
      const others = pairs.filter(([known]) => known !== name);
      const text = form(...others, [name, one], [name, two]);
      await target.expectRefusal(await target.send(text), 400, 'invalid_request', text);
      const members = [...others, [name, one], [name, two]].map((pair) => pair.map((item) => JSON.stringify(item)));
      const object = `{${members.map((pair) => pair.join(':')).join(',')}}`;
      await target.expectRefusal(await target.send(object, { type: json }), 400, 'invalid_request', object);
    }
  }
});

test('7: a repetition cannot hide behind another spelling of the name', async () => {
  const rest = '"grant_type":"client_credentials","client_secret":"s"';
  for (const name of [
    String.raw`client\u005fid`,
    String.raw`\u0063lient_id`,
    String.raw`client\u005Fid`,
    'client_id',
  ]) {
    for (const object of [
      `{"client_id":"a",${rest},"${name}":"a"}`,
      `{"${name}":"a",${rest},"client_id":"a"}`,
      `{ "${name}" : "a\\"" , ${rest} , "client_id" : "\\\\" }`,
    ]) {
      await target.expectRefusal(await target.send(object, { type: json }), 400, 'invalid_request', object);
    }
  }
  for (const name of ['client%5fid', 'client%5Fid', '%63lient_id']) {
    const text = `${form(...Object.entries(target.good))}&${name}=a`;
    await target.expectRefusal(await target.send(text), 400, 'invalid_request', text);
  }
});

test('7: a non-string member cannot hide a repetition either', async () => {
  const rest = '"grant_type":"client_credentials"';
  for (const twin of ['1', 'null', '["b","c"]', '{"b":"c"}', '{}', '[]', 'true']) {
    for (const object of [`{"scope":${twin},${rest},"scope":"a"}`, `{"scope":"a",${rest},"scope":${twin}}`]) {
      await target.expectRefusal(await target.send(object, { type: json }), 400, 'invalid_request', object);
    }
  }
});

test('8: a parameter in the query and in the body is refused, known or not', async () => {
  for (const name of [...knownNames, 'foo']) {
    const value = target.good[name] ?? 'a';
    for (const type of ['application/x-www-form-urlencoded', json]) {
      const body = { ...target.good, [name]: value };
      const answer = await target.send(body, { type, query: `?${form([name, value])}` });
      await target.expectRefusal(answer, 400, 'invalid_request', `${type} ${name}`);
    }
  }
  const twice = await target.send(target.good, { query: '?foo=1&foo=2' });
  await target.expectRefusal(twice, 400, 'invalid_request');
});

test('9: resource sent twice is refused because a token has one audience', async () => {
  const { audience } = target.server.context.config;
  const text = form(...Object.entries(target.good), ['resource', audience], ['resource', audience]);
  await target.expectRefusal(await target.send(text), 400, 'invalid_request');
});

test('10: unknown parameters are ignored, in a form, in JSON and in the query', async () => {
  const body = { ...target.good, foo: 'bar', 'a b': 'ø', audience: 'x' };
  target.expectToken(await target.send(body));
  target.expectToken(await target.send(body, { type: json }));
  target.expectToken(await target.send(target.good, { query: '?utm_source=x' }));
});

test('11: an empty scope counts as none, and the default is granted', async () => {
  for (const type of ['application/x-www-form-urlencoded', json]) {
    const answer = target.expectToken(await target.send({ ...target.good, scope: '' }, { type }));
    assert.equal(answer['scope'], 'public');
  }
  assert.equal(
    target.expectToken(await target.send(`${form(...Object.entries(target.good))}&scope`))['scope'],
    'public',
  );
  target.expectToken(await target.send({ ...target.good, resource: '' }));
});

test('12: without a grant_type, or with an empty one, the request is refused', async () => {
  const { client_id, client_secret } = target.good;
  for (const body of [
    { client_id, client_secret },
    { client_id, client_secret, grant_type: '' },
  ]) {
    await target.expectRefusal(await target.send(body), 400, 'invalid_request');
    await target.expectRefusal(await target.send(body, { type: json }), 400, 'invalid_request');
  }
});

test('13: an unknown grant, or a known one with another spelling, is unsupported_grant_type', async () => {
  for (const grant_type of [
    'authorization_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'implicit',
    'CLIENT_CREDENTIALS',
    'client_credentials ',
    ' client_credentials',
    'client_credential',
    'client_credentials,client_credentials',
    '__proto__',
    'constructor',
  ]) {
    const answer = await target.send({ ...target.good, grant_type });
    await target.expectRefusal(answer, 400, 'unsupported_grant_type', grant_type);
  }
});

test('14: a grant that this client may not use is unauthorized_client, which only the client itself is told', async () => {
  const { clientId, clientSecret } = await target.newClient({ grants: ['password'] });
  const own = await target.send({ ...target.good, client_id: clientId, client_secret: clientSecret });
  await target.expectRefusal(own, 400, 'unauthorized_client');
  const stranger = await target.send({ ...target.good, client_id: clientId });
  await target.expectRefusal(stranger, 401, 'invalid_client');
});

test('15: brackets in a name are part of an unknown name, never an object or a list', async () => {
  const { client_id, client_secret, grant_type } = target.good;
  const scoped = { ...target.good, 'scope[]': 'a', 'scope[x]': '1', 'client_id[length]': '1', 'resource[0]': 'x' };
  assert.equal(target.expectToken(await target.send(scoped))['scope'], 'public');
  const noGrant = { client_id, client_secret, 'grant_type[$ne]': 'x', 'grant_type[]': grant_type };
  await target.expectRefusal(await target.send(noGrant), 400, 'invalid_request');
  const noSecret = { client_id, grant_type, 'client_secret[$ne]': 'x' };
  await target.expectRefusal(await target.send(noSecret), 401, 'invalid_client');
  for (const member of [[client_id], { $ne: 'x' }, 1, true, null]) {
    const answer = await target.send({ ...target.good, client_id: member }, { type: json });
    await target.expectRefusal(answer, 400, 'invalid_request', JSON.stringify(member));
  }
});

test('16: __proto__, constructor and prototype are unknown names and pollute no prototype', async () => {
  const names = { constructor: '2', 'prototype[x]': '3', toString: '4', hasOwnProperty: '5' };
  target.expectToken(await target.send(`${form(...Object.entries({ ...target.good, ...names }))}&__proto__=1&x=6`));
  const members = JSON.stringify({ ...target.good, ...names }).slice(1);
  target.expectToken(await target.send(`{"__proto__":"1",${members}`, { type: json }));
  for (const value of ['{}', '{"x":"1"}', 'null']) {
    const answer = await target.send(`{"__proto__":${value},${members}`, { type: json });
    await target.expectRefusal(answer, 400, 'invalid_request', value);
  }
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
  assert.deepEqual(
    Object.getOwnPropertyNames(Object.prototype).filter((name) => name.startsWith('prototype')),
    [],
  );
});

test('18: control characters are refused in every parameter, known or not, name or value, and echoed nowhere', async () => {
  for (const control of ['\0', '\r', '\n', '\r\nX-Injected: yes', '\t', '\x1b[2J', '\x7f']) {
    for (const name of [...knownNames, 'foo'].filter((known) => known !== 'password')) {
      const body = { ...target.good, [name]: `canary${control}x` };
      for (const type of ['application/x-www-form-urlencoded', json]) {
        const answer = await target.send(body, { type });
        await target.expectRefusal(answer, 400, 'invalid_request', JSON.stringify([name, control]));
        assert.equal(answer.headers['x-injected'], undefined);
        assert.ok(!answer.body.includes('canary'));
      }
    }
    const named = await target.send({ ...target.good, [`canary${control}`]: 'x' });
    await target.expectRefusal(named, 400, 'invalid_request', JSON.stringify(control));
  }
  const query = await target.send(target.good, { query: '?utm_source=canary%0a' });
  await target.expectRefusal(query, 400, 'invalid_request');
  assert.ok(!target.server.log().includes('canary'));
});

test('18: a password may contain any character because it counts byte for byte, and is refused only if it is not text', async () => {
  target.expectToken(await target.send({ ...target.good, password: 'canary\0\t\r\n\x7f' }));
  const members = JSON.stringify(target.good).slice(0, -1);
  const surrogate = await target.send(`${members},"password":"\\ud800"}`, { type: json });
  await target.expectRefusal(surrogate, 400, 'invalid_request');
  assert.ok(!target.server.log().includes('canary'));
});

test('18: non-ASCII characters are refused in identifiers, secrets and tokens', async () => {
  for (const name of ['grant_type', 'client_id', 'client_secret', 'refresh_token', 'token', 'token_type_hint']) {
    for (const value of ['ø', 'а', '\u00a0', '\u202e', '\ufeff', '😀', '\u2028', '\u0085']) {
      const answer = await target.send({ ...target.good, [name]: value });
      await target.expectRefusal(answer, 400, 'invalid_request', `${name} ${value}`);
    }
  }
});

test('19: more than a hundred parameters are refused, so that none is dropped or hidden', async () => {
  const many = Array.from({ length: 1500 }, (_, index) => [`k${index}`, ''] as const);
  const good = Object.entries(target.good);
  for (const pairs of [
    [...good, ...many],
    [...many.slice(0, 1100), ...good],
    [...good, ...many.slice(0, 1000), ['client_id', 'other'] as const],
    [...good, ...many.slice(0, 98)],
  ]) {
    await target.expectRefusal(await target.send(form(...pairs)), 400, 'invalid_request', `${pairs.length}`);
    const object = JSON.stringify(Object.fromEntries(pairs));
    if (new Set(pairs.map(([name]) => name)).size > 100) {
      await target.expectRefusal(
        await target.send(object, { type: json }),
        object.length > 16_384 ? 413 : 400,
        'invalid_request',
      );
    }
  }
  target.expectToken(await target.send(form(...good, ...many.slice(0, 97))));
  const query = `?${form(...many.slice(0, 101))}`;
  await target.expectRefusal(await target.send(target.good, { query }), 400, 'invalid_request');
});

test('20: a body one byte over 16 KiB is 413 before any work, and the connection is closed', async () => {
  const head = `${form(...Object.entries(target.good))}&filler=`;
  const full = head.padEnd(16 * 1024, 'x');
  target.expectToken(await target.send(full));
  const before = await target.rowCounts();
  const announced = await exchange(
    port,
    `POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${full.length + 1}\r\n\r\n`,
  );
  const sent = await exchange(
    port,
    `POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${full.length + 1}\r\n\r\n${full}x`,
  );
  const chunked = await exchange(
    port,
    'POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n',
    ...Array.from({ length: 17 }, () => `400\r\n${'x'.repeat(1024)}\r\n`),
  );
  assert.deepEqual(await target.rowCounts(), before);
  for (const answer of [announced, sent, chunked]) {
    await target.expectRefusal(answer, 413, 'invalid_request');
  }
});

test('20: a chunked body within the limit is read like any other', async () => {
  const body = form(...Object.entries(target.good));
  const answer = await exchange(
    port,
    'POST /connect/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n',
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );
  assert.equal(answer.status, 200);
});

test('21: a compressed body is 415 and never decompressed', async () => {
  const body = gzipSync(form(...Object.entries(target.good)));
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, 'a'));
  assert.ok(bomb.length < 16 * 1024);
  for (const encoding of [
    'gzip',
    'GZIP',
    'x-gzip',
    'br',
    'deflate',
    'zstd',
    'identity, gzip',
    'gzip, identity',
    'x',
    '',
  ]) {
    const before = await target.rowCounts();
    for (const bytes of [body, bomb, form(...Object.entries(target.good))]) {
      const answer = await target.send(bytes, { headers: { 'content-encoding': encoding } });
      assert.equal(answer.status, 415, `${encoding} ${answer.body}`);
    }
    assert.deepEqual(await target.rowCounts(), before);
    await target.expectRefusal(
      await target.send(body, { headers: { 'content-encoding': encoding } }),
      415,
      'invalid_request',
      encoding,
    );
  }
  target.expectToken(await target.send(target.good, { headers: { 'content-encoding': 'identity' } }));
});

test('23: two Authorization headers are 400, equal or not, although Node shows only the first', async () => {
  const good = `Authorization: ${basic(target.client.clientId, target.client.clientSecret)}`;
  const body = 'grant_type=client_credentials';
  assert.equal((await exchange(port, formRequest('/connect/token', body, [good]))).status, 200);
  for (const headers of [
    [good, good],
    [good, 'authorization: Basic eDp5'],
    ['AUTHORIZATION: Basic eDp5', good],
    [good, 'Authorization:'],
    ['Authorization:', good],
  ]) {
    const answer = await exchange(port, formRequest('/connect/token', body, headers));
    await target.expectRefusal(answer, 400, 'invalid_request', headers.join(' | '));
  }
});

test('24: the request target, Host and forwarded headers change neither issuer nor links', async () => {
  const { publicUrl, audience } = target.server.context.config;
  const lies = [
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Prefix: /evil',
    'Forwarded: host=evil.example;proto=https',
    'X-Original-URL: /evil',
    'X-Rewrite-URL: /evil',
  ];
  const body = form(...Object.entries(target.good));
  for (const path of ['/connect/token', 'http://evil.example/connect/token', 'HTTPS://evil.example:99/connect/token']) {
    const request = formRequest(path, body, lies).replace('Host: localhost', 'Host: evil.example');
    const answer = await exchange(port, request);
    assert.equal(answer.status, 200, path);
    const claims = decodeJwt(String((JSON.parse(answer.body) as Record<string, unknown>)['access_token']));
    assert.equal(claims.iss, publicUrl);
    assert.equal(claims.aud, audience);
  }
  const path = '/.well-known/oauth-authorization-server';
  const expected = (await target.send('', { method: 'GET', path, type: undefined })).body;
  for (const asked of [path, `http://evil.example${path}`]) {
    const answer = await exchange(
      port,
      [`GET ${asked} HTTP/1.1`, 'Host: evil.example', 'Connection: close', ...lies, '', ''].join('\r\n'),
    );
    assert.equal(answer.body, expected);
  }
});

test('24: only trusted proxies are believed about where a request comes from', async () => {
  const addressOf = async (remoteAddress: string) => {
    const requestId = `from-${remoteAddress.replaceAll('.', '-')}`;
    const headers = { 'x-forwarded-for': '198.51.100.7', 'x-request-id': requestId };
    target.expectToken(await target.send(target.good, { remoteAddress, headers }));
    const entries = await listAuditEntries(target.server.context.database.queries, { limit: 10_000 });
    return entries.find(({ actor }) => actor.requestId === requestId)?.actor.address;
  };
  assert.equal(await addressOf('203.0.113.9'), '203.0.113.9');
  assert.equal(await addressOf('127.0.0.1'), '198.51.100.7');
});

test('26: a success response has four members, each of the right type, and nothing internal', async () => {
  const answer = await target.send(target.good);
  const body = target.expectToken(answer);
  assert.deepEqual(Object.keys(body), ['token_type', 'expires_in', 'access_token', 'scope']);
  assert.equal(body['token_type'], 'Bearer');
  assert.equal(body['expires_in'], 3600);
  assert.equal(body['scope'], 'public');
  assert.equal(answer.headers['pragma'], 'no-cache');
  const named = target.expectToken(await target.send({ ...target.good, scope: 'ibinder_public' }));
  assert.equal(named['scope'], 'ibinder_public');
});

test('broken percent-encoding and invalid UTF-8 are refused in body and query', async () => {
  const good = form(...Object.entries(target.good));
  for (const broken of ['%', '%2', '%zz', '%u0041', '%ff', '%c3%28', '%ed%a0%80', '%c0%ae', '%f4%90%80%80']) {
    for (const text of [`${good}&foo=${broken}`, `${good}&${broken}=x`, `${good}&scope=${broken}`]) {
      await target.expectRefusal(await target.send(text), 400, 'invalid_request', text);
    }
    await target.expectRefusal(await target.send(good, { query: `?x=${broken}` }), 400, 'invalid_request', broken);
  }
  for (const bytes of [
    [0xff],
    [0xc3, 0x28],
    [0xed, 0xa0, 0x80],
    [0xc0, 0xae],
    [0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  ]) {
    const text = Buffer.concat([Buffer.from(`${good}&foo=`), Buffer.from(bytes)]);
    await target.expectRefusal(await target.send(text), 400, 'invalid_request', `${bytes}`);
    const object = Buffer.concat([
      Buffer.from(`${JSON.stringify(target.good).slice(0, -1)},"foo":"`),
      Buffer.from(bytes),
      Buffer.from('"}'),
    ]);
    await target.expectRefusal(await target.send(object, { type: json }), 400, 'invalid_request', `${bytes}`);
  }
});

test('a JSON body that is not one flat object of strings is refused', async () => {
  const members = JSON.stringify(target.good).slice(1, -1);
  for (const text of [
    'null',
    'true',
    '1',
    '"x"',
    '[]',
    `[{${members}}]`,
    `{${members},"foo":1}`,
    `{${members},"foo":null}`,
    `{${members},"foo":["x"]}`,
    `{${members},"foo":{}}`,
    `{${members}`,
    `{${members},}`,
    `{${members}}{}`,
    `\ufeff{${members}}`,
    `{${members}} // comment`,
    `{${members},'foo':'x'}`,
    `{${members},"foo":"\u0001"}`,
    `{${members},"foo":"\\ud800"}`,
    `{${members},"foo":"\\udc00\\ud800"}`,
    `{${members},"\\udfff":"x"}`,
    `{${members},"foo":"\\u0000"}`,
    `{${members},"foo":"\\x41"}`,
    '['.repeat(8000),
    `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
    form(...Object.entries(target.good)),
  ]) {
    await target.expectRefusal(await target.send(text, { type: json }), 400, 'invalid_request', text.slice(0, 80));
  }
  target.expectToken(await target.send(` \r\n\t{${members}, "foo" : "\\ud83d\\ude00\\"" } \n`, { type: json }));
});

test('bytes that are not HTTP are answered in the format of the endpoint, and the connection is closed', async () => {
  for (const bytes of [
    'nonsense\r\n\r\n',
    'POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
    'POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
    'POST /connect/token HTTP/1.1\r\nHost: localhost\r\nBad Name: x\r\n\r\n',
    'POST /connect/token HTTP/1.1\r\n\r\n',
  ]) {
    const answer = await exchange(port, bytes);
    assert.equal(answer.status, 400, bytes);
    // Node itself refuses a request without Host, with an empty body.
    if (answer.headers['content-type'] !== undefined) {
      const { error, error_uri: errorUri } = JSON.parse(answer.body);
      assert.equal(error, 'invalid_request');
      assert.equal(errorUri, `${target.server.context.config.publicUrl}/docs/errors#invalid_request`);
      assert.equal(answer.headers['content-length'], String(answer.body.length));
    }
    target.expectToken(await target.send(target.good));
  }
  const overlong = await exchange(port, `GET /jwks HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.equal(overlong.status, 431);
  assert.match(JSON.parse(overlong.body).error_uri, /\/docs\/errors#invalid_request$/);
});

test('the request id is in its header only, and only a plain one is adopted', async () => {
  const plain = await target.send(
    { ...target.good, client_secret: 'x' },
    { headers: { 'x-request-id': 'abcd-1234_x' } },
  );
  assert.equal(plain.headers['x-request-id'], 'abcd-1234_x');
  assert.ok(!plain.body.includes('abcd-1234_x'));
  for (const id of ['short', 'with space', '{"a":"b"}', 'x'.repeat(65), '<script>alert(1)</script>']) {
    const answer = await target.send(target.good, { headers: { 'x-request-id': id } });
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/, id);
    assert.ok(!target.server.log().includes(JSON.stringify(id).slice(1, -1)), id);
  }
});
