import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createGuard } from '@bindery/guard';
import type { Lab } from '@bindery/server/conform/attack.ts';
import { attacks } from '@bindery/server/conform/attacks.ts';
import { conform, cutOffAttack } from '@bindery/server/conform/conform.ts';
import { Forge } from '@bindery/server/conform/forge.ts';
import { startBrokenApi, type Trusted } from './conform-broken-api.ts';
import { guardedApis, listen } from './guard-apis.ts';
import { type Bindery, createClient, startBindery, type TestClient } from './harness.ts';

const organizationId = '11111111-1111-4111-8111-111111111111';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A lab with a key of its own, for an API that trusts it. */
function createLab(): { lab: (url: string) => Lab; trusted: Trusted; revoke: (id: string) => Promise<void> } {
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
    lab: (url) => ({
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

describe('the attacks', () => {
  test('hold against an API that checks everything by hand', async () => {
    const { lab, trusted, revoke } = createLab();
    await using api = await startBrokenApi(trusted, undefined);
    const result = await conform(lab(api.url), revoke);
    assert.deepEqual(
      result.attacks.filter(({ held }) => held !== true),
      [],
    );
    assert.equal(result.problem, undefined);
    assert.equal(result.passed, true);
    assert.equal(result.attacks.length, attacks.length + 1);
  });

  for (const { id } of [...attacks, cutOffAttack]) {
    test(`find out an API that does not withstand ${id}`, async () => {
      const { lab, trusted, revoke } = createLab();
      await using api = await startBrokenApi(trusted, id);
      const result = await conform(lab(api.url), revoke);
      assert.equal(result.problem, undefined);
      assert.equal(result.attacks.find((attack) => attack.id === id)?.held, false);
      assert.equal(result.passed, false);
    });
  }

  test('are not tried on an API that refuses everybody, lets nobody write, or is not there', async () => {
    const { lab, trusted, revoke } = createLab();
    await using closed = await listen((_, response) => response.writeHead(401).end());
    await using readOnly = await listen((request, response) =>
      response.writeHead(request.method === 'GET' ? 200 : 405).end(),
    );
    const gone = await startBrokenApi(trusted, undefined);
    await gone[Symbol.asyncDispose]();
    for (const [url, problem] of [
      [closed.url, /GET \/things with a good read token was answered 401/],
      [readOnly.url, /POST \/things with a good read\/write token was answered 405/],
      [gone.url, /got no answer/],
    ] as const) {
      const result = await conform(lab(url), revoke);
      assert.match(result.problem ?? '', problem);
      assert.deepEqual({ passed: result.passed, attacks: result.attacks }, { passed: false, attacks: [] });
    }
  });

  test('do not hold where the API breaks or sets a limit instead of refusing', async () => {
    const { lab, trusted, revoke } = createLab();
    for (const status of [500, 503, 429, 302]) {
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
      const result = await conform(lab(api.url), revoke);
      assert.equal(result.attacks.find(({ id }) => id === 'garbage')?.held, false, String(status));
    }
  });

  test('that need what was not named are not tried, and said to be so', async () => {
    const { lab, trusted, revoke } = createLab();
    await using api = await startBrokenApi(trusted, undefined);
    const { target, ...rest } = lab(api.url);
    const result = await conform({ ...rest, target: { ...target, write: undefined, objectPath: undefined } }, revoke);
    const untried = result.attacks.filter(({ held }) => held === undefined).map(({ id }) => id);
    assert.deepEqual(
      untried,
      attacks.filter(({ needs }) => needs !== undefined).map(({ id }) => id),
    );
    assert.equal(result.passed, true);
  });
});

describe('bindery conform', () => {
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

  for (const [name, start] of Object.entries(guardedApis)) {
    test(`finds nothing wrong with an API on ${name} behind the guard`, async () => {
      const guard = createGuard({ issuer: bindery.url, audience: `${bindery.url}/api`, tenantHeader: 'x-tenant-id' });
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

  test('finds nothing wrong with the Binders API, and says so in words', async () => {
    const { code, stdout } = await bindery.cli(['conform', bindery.url, ...options('/api/binders')]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^alg-none +yes +401/m);
    assert.match(stdout, /attacks hold, 0 do not/);
  });

  test('ends with 1 and names what an open API lets through', async () => {
    await using open = await listen((_, response) => response.end());
    const { code, stdout } = await bindery.cli(['conform', open.url, ...options('/things')]);
    assert.equal(code, 1);
    assert.match(stdout, /^no-token +NO +was answered 200/m);
    assert.match(stdout, /the API is not safe/);
  });

  test('ends with 1 and a hint where good tokens are refused, and with 2 or 3 for what it cannot use', async () => {
    const guard = createGuard({ issuer: bindery.url, audience: 'https://elsewhere.test/api', cutoffs: false });
    const start = guardedApis['Fastify'];
    assert.ok(start);
    await using api = await start(guard);
    const refused = await bindery.cli(['conform', api.url, ...options('/things')]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /the control failed: GET \/things with a good read token was answered 401/);
    assert.match(refused.stdout, /BINDERY_AUDIENCE/);
    assert.equal((await bindery.cli(['conform', 'ftp://x', ...options('/things')])).code, 2);
    assert.equal((await bindery.cli(['conform', api.url, ...options('things')])).code, 2);
    const unknown = ['--organization', '99999999-9999-4999-8999-999999999999', '--read-path', '/things'];
    assert.equal((await bindery.cli(['conform', api.url, ...unknown])).code, 3);
  });

  test('leaves an entry in the audit trail, since it signs tokens', async () => {
    const { stdout } = await bindery.cli(['audit', '--json']);
    assert.match(stdout, /conform\.run/);
  });
});
