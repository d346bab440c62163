import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Guard } from './guard.ts';
import { guardListener } from './node-http.ts';
import { createTestGuard, createToken, headersWith, organizationId } from './test-tokens.ts';

/** Serves the caller's organization behind the guard; `calls` counts how often the listener was reached. */
async function startServer(test: TestContext, guard: Guard) {
  const seen = { calls: 0 };
  const server = createServer(
    guardListener(guard, (request, response) => {
      seen.calls += 1;
      response.end(request.bindery.organizationId);
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  const call = async (method: string, headers: readonly string[]) => {
    // A flat list, so that repeated headers are sent as given.
    const sent = request({ port, host: '127.0.0.1', method, headers: ['host', 'api.test', ...headers] }).end();
    const [response] = await once(sent, 'response');
    let body = '';
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode, headers: response.headers, body };
  };
  return { seen, call };
}

test('a valid request reaches the listener with its caller', async (t) => {
  const { call, seen } = await startServer(t, createTestGuard());
  const { status, body } = await call('GET', headersWith(createToken()));
  assert.deepEqual({ status, body, calls: seen.calls }, { status: 200, body: organizationId, calls: 1 });
});

test('a refused request gets problem details and never reaches the listener', async (t) => {
  const { call, seen } = await startServer(t, createTestGuard());
  const good = headersWith(createToken({ access: 'read' }));
  assert.equal((await call('GET', [])).headers['www-authenticate'], 'Bearer');
  assert.equal((await call('GET', [])).headers['content-type'], 'application/problem+json');
  assert.equal((await call('POST', good)).status, 403);
  // node:http itself silently keeps the first of two Authorization headers.
  assert.equal((await call('GET', [...good, 'Authorization', 'Bearer x'])).status, 400);
  assert.equal((await call('GET', [...good, 'x-tenant-id', organizationId])).status, 400);
  assert.equal((await call('POST', [...good, 'X-HTTP-Method-Override', 'GET'])).status, 403);
  assert.equal(seen.calls, 0);
});

test('219: while the keys are unavailable the listener is not reached', async (t) => {
  const find = () => {
    throw new Error('down');
  };
  const { call, seen } = await startServer(t, createTestGuard({ jwks: { source: { find } } }));
  assert.equal((await call('GET', headersWith(createToken()))).status, 503);
  assert.equal(seen.calls, 0);
});
