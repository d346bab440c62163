// How a server starts and ends, as an operator and a launcher see it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, binderyCommand, startBindery } from '../support/bindery.ts';
import { cleanEnvironment, type Finished, runProgram } from '../support/programs.ts';
import { removeStore } from '../support/stores.ts';
import { getToken } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  suite(`${signal} drains`, () => {
    test('no accepted request fails under load, and the exit code is 0', async () => {
      await using bindery = await startBindery();
      const client = await createClient(bindery);
      const load = startLoad(bindery, client);
      await waitFor(() => load.tokens() > 300 || undefined);
      process.kill(bindery.pid, signal);
      assert.deepEqual(await load.failures(), []);
      assert.equal(await bindery.exited, 0);
    });

    test('a request in progress is answered, and a second signal within a second is ignored', async () => {
      await using bindery = await startBindery();
      const client = await createClient(bindery);
      const slow = openRequest(bindery, client);
      await slow.isOpen;
      // Again and again, since signals that arrive before the first one was handled count as one.
      const first = performance.now();
      await waitFor(() => {
        process.kill(bindery.pid, signal);
        return performance.now() - first > 250 || undefined;
      });
      await waitFor(() => isRefused(bindery));
      slow.finish();
      assert.equal(await slow.status, 200);
      assert.equal(await bindery.exited, 0);
    });

    test('a second signal after more than a second ends the server immediately', async () => {
      await using bindery = await startBindery();
      const client = await createClient(bindery);
      const slow = openRequest(bindery, client);
      await slow.isOpen;
      const first = performance.now();
      process.kill(bindery.pid, signal);
      await waitFor(() => performance.now() - first > 1100 || undefined);
      // On a busy machine the server may have handled the first signal late: then the next one is still a repeat.
      let isOver = false;
      void bindery.exited.then(() => {
        isOver = true;
      });
      await waitFor(() => {
        if (isOver) return true;
        process.kill(bindery.pid, signal);
        return undefined;
      });
      await assert.rejects(slow.status);
      assert.notEqual(await bindery.exited, 0);
    });
  });
}

suite('a start that fails says why in one sentence', () => {
  test('a port in use', async () => {
    await using bindery = await startBindery();
    const { port } = new URL(bindery.url);
    const dataDir = mkdtempSync(join(tmpdir(), 'bindery-test-'));
    const { code, stderr } = await serve({ PORT: port, BINDERY_DATA_DIR: dataDir });
    rmSync(dataDir, { recursive: true });
    assert.equal(code, 78);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.match(stderr, new RegExp(`port ${port} .*is taken by another program.*PORT=`));
  });

  test('an address that this machine does not have', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bindery-test-'));
    // An address for documentation (RFC 5737).
    const { code, stderr } = await serve({ HOST: '203.0.113.1', BINDERY_DATA_DIR: dataDir });
    rmSync(dataDir, { recursive: true });
    assert.equal(code, 78);
    assert.match(stderr, /^bindery: cannot listen on 203\.0\.113\.1.* set HOST to an address of this machine\n$/m);
  });

  test('a wrong master key, in the environment and in the file', async () => {
    await using bindery = await startBindery();
    await bindery.stop();
    const other = Buffer.alloc(32, 7).toString('base64');
    const byEnvironment = await serve({ ...bindery.storeEnvironment, BINDERY_MASTER_KEY: other });
    writeFileSync(join(bindery.dataDir, 'master-key'), `${other}\n`);
    const byFile = await serve(bindery.storeEnvironment);
    for (const { code, stderr } of [byEnvironment, byFile]) {
      assert.equal(code, 78);
      assert.match(stderr, /the master key does not belong to the store/);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      assert.ok(!stderr.includes(other));
    }
  });

  test('an invalid configuration, with everything that is wrong at once', async () => {
    const { code, stderr } = await serve({
      PORT: 'eighty',
      BINDERY_PUBLIC_URL: 'not a url',
      BINDERY_SIGNING_ALGORITHM: 'none',
      BINDERY_MASTER_KEY: 'short-but-secret',
    });
    assert.equal(code, 78);
    for (const name of ['PORT', 'BINDERY_PUBLIC_URL', 'BINDERY_SIGNING_ALGORITHM', 'BINDERY_MASTER_KEY']) {
      assert.match(stderr, new RegExp(`^bindery: ${name} must be `, 'm'));
    }
    assert.ok(!stderr.includes('short-but-secret'));
  });
});

test('two servers that start at the same time on one fresh folder both come up and share keys and clients', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-test-'));
  await using one = await startBothAt(dataDir);
  const [first, second] = one.servers;
  const keys = await Promise.all(
    one.servers.map(async ({ url }) => (await fetch(`${url}/.well-known/jwks.json`)).json()),
  );
  assert.deepEqual(keys[0], keys[1]);
  assert.equal((keys[0] as { keys: unknown[] }).keys.length, 1);
  const client = await createClient(first);
  await getToken(first, client);
  await getToken(second, client);
});

async function startBothAt(dataDir: string) {
  const [first, second] = await Promise.all([startBindery({ dataDir }), startBindery({ dataDir })]);
  return {
    servers: [first, second] as const,
    async [Symbol.asyncDispose]() {
      await Promise.all([first.stop(), second.stop()]);
      await removeStore(dataDir);
    },
  };
}

/** Runs a server that is expected to refuse to start. */
function serve(env: Readonly<Record<string, string>>): Promise<Finished> {
  return runProgram(process.execPath, [binderyCommand, 'serve'], { env: { ...cleanEnvironment(), PORT: '0', ...env } });
}

const connections = 16;

/** Requests tokens over keep-alive connections until the server closes each of them. */
function startLoad(bindery: Bindery, client: TestClient) {
  let tokens = 0;
  const failures: string[] = [];
  const loops = Array.from({ length: connections }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const outcome = await askOnce(bindery, client, agent);
      if (outcome === 200) {
        tokens += 1;
        continue;
      }
      // A new connection may be refused; anything else is a lost request.
      if (outcome !== 'ECONNREFUSED') {
        failures.push(String(outcome));
      }
      return;
    }
  });
  return { tokens: () => tokens, failures: () => Promise.all(loops).then(() => failures) };
}

function askOnce(bindery: Bindery, client: TestClient, agent: Agent): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const { request, body } = tokenRequest(bindery, client, agent);
    request.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    request.once('response', (response) => {
      response.once('error', (error) => resolve(error.message));
      response.once('end', () => resolve(response.complete ? response.statusCode : 'cut'));
      response.resume();
    });
    request.end(body);
  });
}

/** A request for a token that the server has begun to read and cannot answer yet. */
function openRequest(bindery: Bindery, client: TestClient) {
  const { request, body } = tokenRequest(bindery, client, new Agent());
  request.setHeader('expect', '100-continue');
  const status = new Promise<number | undefined>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
  });
  // Awaited later by the test.
  status.catch(() => undefined);
  // The server has seen the head once it asks for the rest.
  const isOpen = new Promise<void>((resolve) => {
    request.once('continue', () => resolve());
  });
  request.write(body.slice(0, 10));
  return { isOpen, status, finish: () => request.end(body.slice(10)) };
}

function tokenRequest(
  bindery: Bindery,
  { client_id, client_secret }: TestClient,
  agent: Agent,
): { readonly request: ClientRequest; readonly body: string } {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
  return { request: httpRequest(`${bindery.url}/connect/token`, { method: 'POST', agent, headers }), body };
}

/** True once the server takes no new connection. */
async function isRefused({ url }: Bindery): Promise<true | undefined> {
  return fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
    () => undefined,
    () => true,
  );
}
