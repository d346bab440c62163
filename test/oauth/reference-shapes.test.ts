// Requests exactly as existing integrations send them: method, path, header names in their spelling and order, and the
// body byte for byte, as curl, PHP, Python, fetch and .NET write it. Only host, ids and secrets differ.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';

let bindery: Bindery;
let client: TestClient;

before(async () => {
  bindery = await startBindery();
  client = await createClient(bindery, { access: 'read' });
});
after(() => bindery[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

suite('a JSON body to /access_token, concatenated by hand', () => {
  const senders: Readonly<Record<string, readonly string[]>> = {
    shell: ['User-Agent', 'curl/7.88.1', 'Accept', '*/*', 'content-type', 'application/json'],
    php: ['Accept', '*/*', 'Accept-Encoding', 'deflate, gzip, br, zstd', 'content-type', 'application/json'],
    python: [
      ...['User-Agent', 'python-requests/2.28.1', 'Accept-Encoding', 'gzip, deflate', 'Accept', '*/*'],
      ...['Connection', 'keep-alive', 'content-type', 'application/json'],
    ],
  };
  for (const [sender, headers] of Object.entries(senders)) {
    test(`${sender} gets token_type, expires_in and access_token`, async () => {
      const payload = `{"grant_type":"client_credentials","client_id":"${client.client_id}","client_secret":"${client.client_secret}"}`;
      const answer = await send('POST', '/access_token', headers, payload);
      assertToken(answer);
      // The integration's old server returned no refresh token for this grant, and neither do we.
      assert.ok(!('refresh_token' in answer.body));
    });
  }
});

suite('a form to /connect/token with scope ibinder_public, then the binders with x-ibinder-tenantid', () => {
  const senders = {
    shell: {
      token: [
        ...['User-Agent', 'curl/7.88.1', 'Accept', '*/*'],
        ...['Content-Type', 'application/x-www-form-urlencoded'],
      ],
      call: ['User-Agent', 'curl/7.88.1', 'Accept', '*/*'],
    },
    fetch: {
      token: [
        ...['Connection', 'keep-alive', 'Content-Type', 'application/x-www-form-urlencoded', 'accept', '*/*'],
        ...['accept-language', '*', 'sec-fetch-mode', 'cors', 'user-agent', 'node'],
        ...['accept-encoding', 'gzip, deflate'],
      ],
      call: [
        ...['Connection', 'keep-alive', 'accept', '*/*', 'accept-language', '*', 'sec-fetch-mode', 'cors'],
        ...['user-agent', 'node', 'accept-encoding', 'gzip, deflate'],
      ],
    },
    dotnet: { token: ['Content-Type', 'application/x-www-form-urlencoded'], call: [] },
  } as const;
  for (const [sender, { token, call }] of Object.entries(senders)) {
    test(`${sender} gets a token and the list`, async () => {
      const body = `grant_type=client_credentials&client_id=${client.client_id}&client_secret=${client.client_secret}&scope=ibinder_public`;
      const answer = await send('POST', '/connect/token', token, body);
      assertToken(answer);
      assert.equal(answer.body['scope'], 'ibinder_public');
      const binders = await send('GET', '/api/binders', [
        ...[...call, 'Authorization', `Bearer ${answer.body['access_token']}`],
        ...['x-ibinder-tenantid', client.organization_id],
      ]);
      assert.equal(binders.status, 200);
      assert.match(String(binders.headers['content-type']), /^application\/json/);
      assert.deepEqual(binders.body, { items: [], totalCount: 0, pageNumber: 1, pageSize: binders.body['pageSize'] });
    });
  }

  test('the equivalent JSON body, over several lines, gets a token too', async () => {
    const body = `{
  "grant_type": "client_credentials",
  "client_id": "${client.client_id}",
  "client_secret": "${client.client_secret}",
  "scope": "ibinder_public"
}`;
    assertToken(await send('POST', '/connect/token', ['Content-Type', 'application/json'], body));
  });

  test('an organization id in capitals, as some tools write a GUID, means the same organization', async () => {
    const body = `grant_type=client_credentials&client_id=${client.client_id}&client_secret=${client.client_secret}&scope=ibinder_public`;
    const answer = await send('POST', '/connect/token', senders.dotnet.token, body);
    const binders = await send('GET', '/api/binders', [
      ...['Authorization', `Bearer ${answer.body['access_token']}`],
      ...['x-ibinder-tenantid', client.organization_id.toUpperCase()],
    ]);
    assert.equal(binders.status, 200);
  });
});

function assertToken(answer: Answer): void {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  // .NET reads a body as JSON only when it is called so.
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  assert.equal(answer.body['token_type'], 'Bearer');
  assert.equal(answer.body['expires_in'], 3600);
  assert.match(String(answer.body['access_token']), /^[\w-]+\.[\w-]+\.[\w-]+$/);
}

/** Sends exactly these headers, after Host, and the length of the body. */
function send(method: string, path: string, headers: readonly string[], body = ''): Promise<Answer> {
  const { host } = new URL(bindery.url);
  const length = body === '' ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  return new Promise((resolve, reject) => {
    const request = httpRequest(bindery.url + path, {
      method,
      agent: false,
      headers: ['Host', host, ...headers, ...length],
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
        // Both endpoints always return a JSON object; without one a test fails at its first field.
        resolve({ status: response.statusCode, headers: response.headers, body: parsed as Record<string, unknown> });
      });
    });
    request.end(body);
  });
}
