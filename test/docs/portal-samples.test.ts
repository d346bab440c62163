import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type SignedInTest, signIn, textOf } from '../support/portal-reader.ts';
import { freePort } from '../support/ports.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';

/** Pages with samples, and how many each has. */
const pages = { '/docs': 1, '/docs/authentication': 3, '/docs/calling-the-api': 2 };
const programs = {
  shell: { program: 'bash', ending: 'sh', probe: ['sh', '-c', 'command -v curl && command -v jq'] },
  php: { program: 'php', ending: 'php', probe: ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'] },
  python: { program: systemPython(), ending: 'py', probe: [systemPython(), '-c', 'import requests'] },
  javascript: { program: process.execPath, ending: 'mjs', probe: [process.execPath, '--version'] },
} as const;

let server: TestApp;
let reader: SignedInTest;
let folder: string;

before(async () => {
  const port = await freePort();
  server = await startTestApp({ BINDERY_PUBLIC_URL: `http://127.0.0.1:${port}` });
  await server.app.listen({ host: '127.0.0.1', port });
  reader = await signIn(server, {
    organizationName: 'Acme',
    clientNames: ['Billing'],
    grants: ['client_credentials', 'password', 'refresh_token'],
  });
  folder = mkdtempSync(join(tmpdir(), 'bindery-portal-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

suite('a sample on a page runs as it is', () => {
  for (const [language, { program, ending, probe }] of Object.entries(programs)) {
    for (const [page, count] of Object.entries(pages)) {
      test(`${language} on ${page}, for a signed-in reader and for anyone`, async (t) => {
        const [command = '', ...args] = probe;
        const { code } = await runProgram(command, args).catch(() => ({ code: 1 }));
        if (code !== 0) {
          t.skip(`this machine cannot run ${language}`);
          return;
        }
        const [client] = reader.clients;
        assert.ok(client);
        const known = { CLIENT_SECRET: client.secret, USERNAME: reader.email, PASSWORD: reader.password };
        const ids = { CLIENT_ID: client.id, ORGANIZATION_ID: reader.organizationId };
        for (const { cookie, env } of [
          { cookie: reader.cookie, env: known },
          { cookie: '', env: { ...known, ...ids } },
        ]) {
          const samples = await samplesOf(page, language, cookie);
          assert.equal(samples.length, count);
          for (const [index, text] of samples.entries()) {
            assert.doesNotMatch(text, /BINDERY_|VALUE_/);
            assert.equal(text.includes(client.id), cookie !== '' && /client_id/.test(text));
            const file = join(folder, `sample-${index}.${ending}`);
            writeFileSync(file, text);
            const finished = await runProgram(program, [file], {
              env: {
                ...cleanEnvironment(),
                ...env,
                REFRESH_TOKEN: text.includes('REFRESH_TOKEN') ? await newRefreshToken() : '',
              },
            });
            assert.equal(finished.code, 0, finished.stderr + finished.stdout);
            const answer: unknown = JSON.parse(finished.stdout);
            assert.ok(typeof answer === 'object' && answer !== null);
            assert.ok('access_token' in answer || 'totalCount' in answer, finished.stdout);
          }
        }
      });
    }
  }
});

async function samplesOf(page: string, language: string, cookie: string): Promise<string[]> {
  const { body } = await server.app.inject({ url: `${page}?lang=${language}`, headers: { cookie } });
  return [...body.matchAll(new RegExp(`<figure data-lang="${language}">.*?<code>(.*?)</code>`, 'gs'))].map(
    ([, code = '']) => textOf(code),
  );
}

async function newRefreshToken(): Promise<string> {
  const [client] = reader.clients;
  const answer = await server.post('/connect/token', {
    grant_type: 'password',
    client_id: client?.id ?? '',
    client_secret: client?.secret ?? '',
    username: reader.email,
    password: reader.password,
  });
  return answer.json<{ refresh_token: string }>().refresh_token;
}

/** The Python whose modules the system's packages install; another may stand first on PATH. */
function systemPython(): string {
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
}
