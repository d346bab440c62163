import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { decodeJwt } from 'jose';
import { createClient, createUser, passwordGrants, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { type Finished, runProgram } from '../support/programs.ts';
import { getToken, postForm } from '../support/token-requests.ts';

const folder = new URL('../../examples/', import.meta.url).pathname;

/** What runs a sample, by its file's ending, and how to ask whether this machine has it. */
const languages: Readonly<Record<string, { readonly program: string; readonly probes: readonly string[][] }>> = {
  mjs: { program: process.execPath, probes: [] },
  sh: {
    program: 'bash',
    probes: [
      ['curl', '--version'],
      ['jq', '--version'],
    ],
  },
  php: { program: 'php', probes: [['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);']] },
  py: { program: systemPython(), probes: [[systemPython(), '-c', 'import requests']] },
};

/** Samples that the tests do not run say so in their first lines. */
const isRun = (path: string): boolean => !path.endsWith('.cs');

const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\/[^/]+\.[a-z]+$/.test(path))
  .sort();

let bindery: Bindery;
let client: TestClient;

const person = { email: 'ana@example.com', password: 'a “password” of \\ some length' };

before(async () => {
  bindery = await startBindery();
  client = await createClient(bindery, { grants: passwordGrants });
  await createUser(bindery, { org: client.organization_id, ...person });
  const made = await fetch(`${bindery.url}/api/binders`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await getToken(bindery, client)}`,
      'x-tenant-id': client.organization_id,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'Brücke über die Å', type: 'project' }),
  });
  assert.equal(made.status, 201);
});
after(() => bindery[Symbol.asyncDispose]());

suite('every sample works as it is', async () => {
  for (const sample of samples.filter(isRun)) {
    const lacking = await missingTool(sample);
    test(sample, { skip: lacking }, async () => {
      const { code, stdout, stderr } = await runSample(sample, client.client_secret);
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.ok(!stdout.includes(client.client_secret));
      await assertAnswer(sample, JSON.parse(stdout));
    });

    test(`${sample}: a refusal makes it fail with the reason, without the secret`, {
      skip: lacking,
    }, async () => {
      const wrong = `${client.client_secret.slice(0, -1)}_`;
      const { code, stdout, stderr } = await runSample(sample, wrong);
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /401/);
      assert.match(stdout + stderr, /invalid_client/);
      assert.ok(!(stdout + stderr).includes(wrong));
    });
  }
});

test('each sample comes in shell, PHP, Python, JavaScript and C#', () => {
  const names = new Set(samples.map((path) => path.replace(/\.[a-z]+$/, '')));
  assert.ok(names.size >= 2);
  for (const name of names) {
    for (const ending of [...Object.keys(languages), 'cs']) {
      assert.ok(samples.includes(`${name}.${ending}`), `${name}.${ending} is missing`);
    }
  }
});

test('a sample that the tests do not run says so', () => {
  for (const path of samples.filter((sample) => !isRun(sample))) {
    assert.match(readFileSync(folder + path, 'utf8'), /Not run by the tests/);
  }
});

async function assertAnswer(sample: string, answer: unknown): Promise<void> {
  if (sample.startsWith('token-json/')) {
    const { token_type, expires_in, access_token, refresh_token } = answer as Record<string, unknown>;
    assert.equal(typeof refresh_token, sample.includes('client-credentials') ? 'undefined' : 'string');
    assert.equal(token_type, 'Bearer');
    assert.equal(expires_in, 3600);
    assert.equal(decodeJwt(String(access_token))['client_id'], client.client_id);
    const binders = await fetch(`${bindery.url}/api/binders`, {
      headers: { authorization: `Bearer ${access_token}`, 'x-tenant-id': client.organization_id },
    });
    assert.equal(binders.status, 200);
    return;
  }
  const { totalCount, items } = answer as { totalCount: unknown; items: { name: unknown }[] };
  assert.equal(totalCount, 1);
  assert.deepEqual(
    items.map(({ name }) => name),
    ['Brücke über die Å'],
  );
}

async function runSample(sample: string, secret: string): Promise<Finished> {
  const env = {
    ...process.env,
    BINDERY_URL: bindery.url,
    BINDERY_API_URL: bindery.url,
    BINDERY_CLIENT_ID: client.client_id,
    BINDERY_CLIENT_SECRET: secret,
    BINDERY_ORGANIZATION_ID: client.organization_id,
    BINDERY_USERNAME: person.email,
    BINDERY_PASSWORD: person.password,
    BINDERY_REFRESH_TOKEN: sample.includes('refresh-token') ? await newRefreshToken() : '',
  };
  return runProgram(languageOf(sample).program, [folder + sample], { env });
}

async function newRefreshToken(): Promise<string> {
  const { client_id, client_secret } = client;
  const answer = await postForm(bindery, '/connect/token', {
    grant_type: 'password',
    client_id,
    client_secret,
    username: person.email,
    password: person.password,
  });
  const { refresh_token } = (await answer.json()) as { refresh_token: string };
  return refresh_token;
}

/** The sentence for a skipped test, or false where all is there. */
async function missingTool(sample: string): Promise<string | false> {
  for (const [program = '', ...args] of languageOf(sample).probes) {
    const code = await runProgram(program, args).then(
      (finished) => finished.code,
      () => undefined,
    );
    if (code !== 0) {
      return `this machine lacks ${[program, ...args].join(' ')}`;
    }
  }
  return false;
}

function languageOf(sample: string) {
  const language = languages[sample.split('.').at(-1) ?? ''];
  assert.ok(language, `no program runs ${sample}`);
  return language;
}

/** The Python whose modules the system's packages install; another may stand first on PATH. */
function systemPython(): string {
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
}
