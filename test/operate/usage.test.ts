import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, binderyCommand, startBindery } from '../support/bindery.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { getToken, postForm } from '../support/token-requests.ts';

let bindery: Bindery;
let client: TestClient;

before(async () => {
  bindery = await startBindery();
  client = await createClient(bindery);
  await getToken(bindery, client);
  const refused = await postForm(bindery, '/connect/token', {
    grant_type: 'client_credentials',
    client_id: client.client_id,
    client_secret: 'wrong',
  });
  assert.equal(refused.status, 401);
});
after(() => bindery[Symbol.asyncDispose]());

test('org show counts issued tokens and refusals, and names the clients that were never used', async () => {
  const { organization_id } = client;
  const idle = await bindery.cliJson([
    ...['client', 'create', '--org', organization_id, '--name', 'Never used', '--access', 'read', '--expires', '3d'],
  ]);
  const shown = await bindery.cliJson(['org', 'show', organization_id]);
  const { requests, attention, ...organization } = shown as Record<string, unknown> & {
    readonly requests: { readonly issued: number; readonly refused: number; readonly days: readonly unknown[] };
    readonly attention: Readonly<Record<string, unknown>>;
  };
  assert.equal(organization['organization_id'], organization_id);
  assert.equal(organization['client_count'], 2);
  assert.deepEqual([requests.issued, requests.refused, requests.days.length], [1, 1, 30]);
  const named = { count: 1, items: [{ client_id: idle['client_id'], name: 'Never used' }] };
  assert.deepEqual(attention, { expiring: named, never_used: named, idle: { count: 0, items: [] } });
  const text = await bindery.cli(['org', 'show', organization_id]);
  assert.match(text.stdout, /^2 API clients; token requests in 30 days: 1 issued, 1 refused$/m);
  assert.match(text.stdout, /^never used: Never used \(client_/m);
});

test('client usage shows the last day and each day; an unknown client or organization is exit code 3', async () => {
  const usage = await bindery.cliJson(['client', 'usage', client.client_id]);
  assert.deepEqual(usage['last_day'], { issued: 1, refused: 1 });
  const days = usage['days'] as readonly { readonly issued: number }[];
  assert.equal(days.length, 30);
  assert.equal(
    days.reduce((sum, { issued }) => sum + issued, 0),
    1,
  );
  assert.equal((await bindery.cli(['client', 'usage', 'client_0GVkWHzDT6yPOXqSWcBCGz'])).code, 3);
  assert.equal((await bindery.cli(['org', 'show', '6f1d7f0a-0000-4000-8000-000000000000'])).code, 3);
});

test('audit filters by action, outcome and time, and prints everything as lines of JSON', async () => {
  const list = async (...options: string[]) => {
    const answer = await bindery.cliJson(['audit', '--client', client.client_id, ...options]);
    return (answer['items'] as readonly { readonly action: string }[]).map(({ action }) => action);
  };
  assert.deepEqual(await list(), ['token.issue', 'token.issue', 'client.create']);
  assert.deepEqual(await list('--no-tokens'), ['client.create']);
  assert.deepEqual(await list('--outcome', 'refused', '--actor', client.client_id), ['token.issue']);
  assert.deepEqual(await list('--action', 'client.create'), ['client.create']);
  assert.deepEqual(await list('--to', '2020-01-01'), []);
  assert.equal((await list('--from', '2020-01-01T00:00:00+02:00')).length, 3);
  const lines = (await bindery.cli(['audit', '--client', client.client_id, '--ndjson'])).stdout.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { action: string }).action),
    ['token.issue', 'token.issue', 'client.create'],
  );
  for (const wrong of ['yesterday', '2026-11-01T00:00', '2026-13-01']) {
    assert.equal((await bindery.cli(['audit', '--from', wrong])).code, 2, wrong);
  }
  assert.equal((await bindery.cli(['audit', '--limit', '0'])).code, 2);
});

test('links lead to the server that started last, on whatever port, unless a public URL is set', async () => {
  const link = async (env: Readonly<Record<string, string>> = {}) => {
    const finished = await runProgram(process.execPath, [binderyCommand, 'setup-token', '--json'], {
      env: { ...cleanEnvironment(), ...bindery.storeEnvironment, ...env },
    });
    assert.equal(finished.code, 0, finished.stderr);
    return new URL((JSON.parse(finished.stdout) as { setup_url: string }).setup_url).origin;
  };
  assert.equal(await link(), bindery.url);
  assert.equal(await link({ BINDERY_PUBLIC_URL: 'https://id.example.com' }), 'https://id.example.com');
});
