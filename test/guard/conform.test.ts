import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { type AttackOptions, attacks, conform, cutOffAttack, Forge } from '@bindery/conform';
import { createGuard } from '@bindery/guard';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { startBrokenApi, type Trusted } from '../support/broken-api.ts';
import { guardedApis, listen } from '../support/guard-apis.ts';
import { startNginx } from '../support/proxies.ts';
import { python } from '../support/sdks.ts';

const organizationId = '11111111-1111-4111-8111-111111111111';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Options with a new key, for an API that trusts it. */
function createOptions(): {
  optionsFor: (url: string) => AttackOptions;
  trusted: Trusted;
  revoke: (id: string) => Promise<void>;
} {
  const revoked = new Set<string>();
  const trusted = {
    ...{ issuer: 'https://id.test', audience: 'https://api.test', kid: 'key', publicKey, organizationId },
    tenantHeader: 'x-tenant-id',
    isRevoked: (id: string) => revoked.has(id),
  };
  const forge = new Forge({
    ...{ issuer: trusted.issuer, audience: trusted.audience, scope: 'public', clientId: 'client_1', organizationId },
    signer: { kid: 'key', algorithm: 'ES256', privateKey },
    now: Date.now,
  });
  return {
    trusted,
    optionsFor: (url) => ({
      target: {
        url,
        readPath: '/things',
        write: { path: '/things', method: 'POST', body: '{}' },
        objectPath: '/things/1',
      },
      ...{ forge, tenantHeader: 'x-tenant-id', organizationId },
      otherOrganizationId: '22222222-2222-4222-8222-222222222222',
    }),
    async revoke(id) {
      revoked.add(id);
    },
  };
}

// Most of the time is spent waiting: for a guard to fetch its list, or for the ten seconds after a revocation.
const concurrency = { concurrency: 4 };

describe('conform', { concurrency: 2 }, () => {
  describe('the attacks', concurrency, () => {
    test('are all refused by an API that checks everything by hand', async () => {
      const { optionsFor, trusted, revoke } = createOptions();
      await using api = await startBrokenApi(trusted, undefined);
      const result = await conform({ ...optionsFor(api.url), revoke });
      assert.deepEqual(
        result.attacks.filter(({ held }) => held !== true),
        [],
      );
      assert.equal(result.problem, undefined);
      assert.equal(result.passed, true);
      assert.equal(result.attacks.length, attacks.length + 1);
    });

    for (const { id } of [...attacks, cutOffAttack]) {
      test(`detect an API that fails ${id}`, async () => {
        const { optionsFor, trusted, revoke } = createOptions();
        await using api = await startBrokenApi(trusted, id);
        const result = await conform({ ...optionsFor(api.url), revoke });
        assert.equal(result.problem, undefined);
        assert.equal(result.attacks.find((attack) => attack.id === id)?.held, false);
        assert.equal(result.passed, false);
      });
    }

    test('are not tried on an API that refuses everyone, allows no writes or is not running', async () => {
      const { optionsFor, trusted, revoke } = createOptions();
      await using closed = await listen((_, response) => response.writeHead(401).end());
      await using readOnly = await listen((request, response) =>
        response.writeHead(request.method === 'GET' ? 200 : 405).end(),
      );
      const gone = await startBrokenApi(trusted, undefined);
      await gone[Symbol.asyncDispose]();
      for (const [url, problem] of [
        [closed.url, /GET \/things with a valid read token must succeed, but the response was 401/],
        [readOnly.url, /POST \/things with a valid read\/write token must succeed, but the response was 405/],
        [gone.url, /there was no response \(ECONNREFUSED\)/],
      ] as const) {
        const result = await conform({ ...optionsFor(url), revoke });
        assert.match(result.problem ?? '', problem);
        assert.deepEqual({ passed: result.passed, attacks: result.attacks }, { passed: false, attacks: [] });
      }
    });

    test('fail where the API breaks or rate-limits instead of refusing', async () => {
      const { optionsFor, trusted, revoke } = createOptions();
      const tryStatus = async (status: number): Promise<void> => {
        await using sound = await startBrokenApi(trusted, undefined);
        await using api = await listen(async (request, response) => {
          const headers = request.headers as Record<string, string>;
          const { authorization = '', 'x-tenant-id': tenant = '' } = headers;
          const inner = await fetch(sound.url + request.url, {
            method: request.method ?? 'GET',
            headers: { ...(authorization ? { authorization } : {}), ...(tenant ? { 'x-tenant-id': tenant } : {}) },
            redirect: 'manual',
          });
          response.writeHead(inner.ok ? 200 : status).end();
        });
        const result = await conform({ ...optionsFor(api.url), revoke });
        assert.equal(result.attacks.find(({ id }) => id === 'garbage')?.held, false, String(status));
      };
      await Promise.all([500, 503, 429, 302].map(tryStatus));
    });

    test('that need something that was not given are skipped, and reported as skipped', async () => {
      const { optionsFor, trusted } = createOptions();
      await using api = await startBrokenApi(trusted, undefined);
      const { target, ...rest } = optionsFor(api.url);
      const result = await conform({ ...rest, target: { url: target.url, readPath: target.readPath } });
      const untried = result.attacks.filter(({ held }) => held === undefined).map(({ id }) => id);
      assert.deepEqual(
        untried,
        [...attacks.filter(({ needs }) => needs !== undefined), cutOffAttack].map(({ id }) => id),
      );
      assert.equal(result.passed, true);
    });
  });

  describe('bindery conform', concurrency, () => {
    let bindery: Bindery;
    let client: TestClient;
    before(async () => {
      bindery = await startBindery();
      client = await createClient(bindery);
      await createClient(bindery);
    });
    after(() => bindery[Symbol.asyncDispose]());

    const options = (path: string) => [
      ...['--organization', client.organization_id, '--read-path', path, '--write-path', path],
      ...['--write-body', '{"name":"Conform","type":"project"}'],
    ];

    // The longest first.
    test('exits with 1 and names what an unprotected API lets through', async () => {
      await using open = await listen((_, response) => response.end());
      const { code, stdout } = await bindery.cli(['conform', open.url, ...options('/things')]);
      assert.equal(code, 1);
      assert.match(stdout, /^no-token +GOT THROUGH +the response was 200/m);
      assert.match(stdout, /the API is not safe/);
    });

    for (const [name, start] of Object.entries(guardedApis)) {
      test(`passes against an API on ${name} behind the guard`, async () => {
        // One with the defaults, the others with shorter waits.
        const cutoffs = name === 'Express' ? {} : { pollSeconds: 1 };
        const guard = createGuard({ issuer: bindery.url, audience: `${bindery.url}/api`, cutoffs });
        await using api = await start(guard);
        const { code, stdout, stderr } = await bindery.cli(['conform', api.url, ...options('/things'), '--json']);
        guard.close();
        const result = JSON.parse(stdout);
        assert.deepEqual(
          result.attacks.filter(({ held }: { held: boolean | null }) => held === false),
          [],
          stderr,
        );
        assert.deepEqual(
          { code, problem: result.problem, passed: result.passed },
          { code: 0, problem: null, passed: true },
        );
      });
    }

    test('passes against an API in Python behind nginx and the gateway', async () => {
      await using api = await startPythonApi(client.organization_id);
      const nginx = await startNginx({ bindery: Number(new URL(bindery.url).port), api: api.port });
      const more = ['--object-path', '/things/1', '--json'];
      const { code, stdout, stderr } = await bindery.cli(['conform', nginx.url, ...options('/things'), ...more]);
      await nginx.stop();
      const result = JSON.parse(stdout);
      assert.deepEqual(
        result.attacks.filter(({ held }: { held: boolean | null }) => held !== true),
        [],
        stderr,
      );
      assert.deepEqual(
        { code, problem: result.problem, passed: result.passed },
        { code: 0, problem: null, passed: true },
      );
    });

    test('passes against the Binders API, and says so in words', async () => {
      const { code, stdout } = await bindery.cli(['conform', bindery.url, ...options('/api/binders')]);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^alg-none +refused +401/m);
      assert.match(stdout, /attacks refused, 0 got through/);
    });

    test('exits with 1 and a hint where valid tokens are refused, and with 2 or 3 for input it cannot use', async () => {
      const guard = createGuard({ issuer: bindery.url, audience: 'https://elsewhere.test/api', cutoffs: false });
      const start = guardedApis['Fastify'];
      assert.ok(start);
      await using api = await start(guard);
      const refused = await bindery.cli(['conform', api.url, ...options('/things')]);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stdout,
        /a valid request failed: GET \/things with a valid read token must succeed, but the response was 401/,
      );
      assert.match(refused.stdout, /BINDERY_AUDIENCE/);
      assert.ok(refused.stdout.includes(`the token is from ${bindery.url} for ${bindery.url}/api`), refused.stdout);
      assert.equal((await bindery.cli(['conform', 'ftp://x', ...options('/things')])).code, 2);
      assert.equal((await bindery.cli(['conform', api.url, ...options('things')])).code, 2);
      const unknown = ['--organization', '99999999-9999-4999-8999-999999999999', '--read-path', '/things'];
      assert.equal((await bindery.cli(['conform', api.url, ...unknown])).code, 3);
    });

    test('leaves an entry in the audit log because it signs tokens', async () => {
      const url = 'http://127.0.0.1:1/for-the-audit-log';
      assert.equal((await bindery.cli(['conform', url, ...options('/things')])).code, 1);
      const { stdout } = await bindery.cli(['audit', '--action', 'conform.run', '--json']);
      assert.ok(stdout.includes(url), stdout);
    });
  });
});

/** Starts the API in Python; it says its port in its first line. */
async function startPythonApi(organization: string): Promise<AsyncDisposable & { readonly port: number }> {
  const program = new URL('../support/gateway-api.py', import.meta.url).pathname;
  const child = spawn(python, [program, organization], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'close');
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('the API in Python ended'))),
  ]);
  return {
    port: Number(line),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
