import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { freePort } from '../support/ports.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { getToken } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let bindery: Bindery;
/** Holds the page's files, inside the clone so that packages resolve. */
let folder: string;
let port: number;
let blocks: ReadonlyMap<string, string>;
let good: Readonly<Record<string, string>>;
let organizationId: string;

before(async () => {
  bindery = await startBindery();
  port = await freePort();
  mkdirSync(join(root, '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, '.cache', 'portal-guarding-'));
  const page = await (await fetch(`${bindery.url}/docs/guarding-your-api.md`)).text();
  const fenced = [...page.matchAll(/^```\w+ ([^\n]+)\n(.*?)^```$/gms)];
  blocks = new Map(fenced.map(([, name = '', text = '']) => [name, text.replaceAll(/\b3000\b/g, String(port))]));
  for (const [name, text] of blocks) {
    if (name.endsWith('.mjs')) writeFileSync(join(folder, name), text);
  }
  const client = await createClient(bindery, { access: 'read' });
  organizationId = client.organization_id;
  good = { authorization: `Bearer ${await getToken(bindery, client)}`, 'x-tenant-id': organizationId };
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bindery?.[Symbol.asyncDispose]();
});

/** Asserts that an allowed call gets in with its organization, and that a missing token and too little access are refused. */
async function assertGuards(send: (request: Request) => Promise<Response>): Promise<void> {
  const address = `http://127.0.0.1:${port}/things`;
  const read = await send(new Request(address, { headers: good }));
  assert.equal(read.status, 200);
  assert.deepEqual(await read.json(), { organization: organizationId });
  assert.equal((await send(new Request(address))).status, 401);
  const write = await send(new Request(address, { method: 'POST', headers: good }));
  assert.equal(write.status, 403);
  assert.match(write.headers.get('www-authenticate') ?? '', /insufficient_scope/);
}

/** Runs a program of the page while something is done to it. */
async function whileRunning(name: string, work: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [name], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await waitFor(async () => {
      assert.equal(child.exitCode, null, errors);
      return (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.status;
    });
    await work();
  } finally {
    child.kill();
    await ended;
  }
}

suite('the programs on the page about guarding an API run as they are', () => {
  for (const name of ['express.mjs', 'fastify.mjs', 'node-http.mjs']) {
    test(`${name} admits permitted calls and refuses all others`, () => whileRunning(name, () => assertGuards(fetch)));
  }

  for (const name of ['hono.mjs', 'fetch.mjs']) {
    test(`${name} admits permitted calls and refuses all others`, async () => {
      const { default: api }: { default: { fetch(request: Request): Promise<Response> } } = await import(
        pathToFileURL(join(folder, name)).href
      );
      await assertGuards(async (request) => api.fetch(request));
    });
  }

  test('the test of an API passes without a server', async () => {
    const env = cleanEnvironment();
    const args = ['--test', '--test-reporter=tap', 'things.test.mjs'];
    const { code, stdout } = await runProgram(process.execPath, args, { cwd: folder, env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 1\b/);
  });

  test('the attack suite passes against the API of the page', () =>
    whileRunning('express.mjs', async () => {
      const env = {
        ...cleanEnvironment(),
        ...bindery.storeEnvironment,
        BINDERY_PUBLIC_URL: bindery.url,
        PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH']}`,
        ORGANIZATION_ID: organizationId,
      };
      const { code, stdout, stderr } = await runProgram('sh', ['-eu', '-c', blocks.get('Attack it') ?? 'exit 9'], {
        env,
      });
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /attacks refused, 0 got through/);
    }));

  test('the refusals shown on the pages are those that the guard sends', async () => {
    const headers = { ...good, 'x-tenant-id': '11111111-1111-4111-8111-111111111111' };
    const refused = await fetch(`${bindery.url}/api/binders`, { headers });
    // The Binders API's own response.
    const { traceId: _id, ...sent } = (await refused.json()) as Record<string, unknown>;
    for (const page of ['errors', 'calling-the-api']) {
      const text = await (await fetch(`${bindery.url}/docs/${page}.md`)).text();
      const [, json = '{}'] = /^```json [^\n]*403[^\n]*\n(.*?)^```$/ms.exec(text) ?? [];
      // As the page is written.
      const { traceId, ...shown } = JSON.parse(json) as Record<string, unknown>;
      assert.equal(typeof traceId, 'string', page);
      assert.deepEqual(shown, sent, page);
    }
  });

  test('every program on the page is run here', () => {
    const known = [
      'guard.mjs',
      'express.mjs',
      'fastify.mjs',
      'hono.mjs',
      'node-http.mjs',
      'fetch.mjs',
      'things.test.mjs',
    ];
    assert.deepEqual([...blocks.keys()].filter((name) => name.endsWith('.mjs')).toSorted(), known.toSorted());
  });
});
