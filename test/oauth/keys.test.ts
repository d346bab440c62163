import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { rotateSigningKey } from '@bindery/server/actions/signing-keys.ts';
import { createApp } from '@bindery/server/app.ts';
import { loadConfig } from '@bindery/server/config.ts';
import { ApiError } from '@bindery/server/errors.ts';
import { KeyRing } from '@bindery/server/live/key-ring.ts';
import { createLogger } from '@bindery/server/logger.ts';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { startTestApp, type TestApp, testActor } from '../support/app.ts';
import { createClient } from '../support/arrange.ts';
import { startBindery } from '../support/bindery.ts';
import { getToken } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

const day = 86_400_000;

interface KeyRow {
  readonly kid: string;
  readonly algorithm: string;
  readonly published_at: string;
  readonly signs_from: string;
  readonly retires_at: string | null;
  readonly state?: string;
}

async function tokenOf(server: TestApp, client: { clientId: string; clientSecret: string }): Promise<string> {
  const answer = await server.post('/connect/token', {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  assert.equal(answer.statusCode, 200, answer.body);
  return String((JSON.parse(answer.body) as Record<string, unknown>)['access_token']);
}

async function keySetOf(server: TestApp): Promise<JSONWebKeySet> {
  return JSON.parse((await server.app.inject({ url: '/.well-known/jwks.json' })).body) as JSONWebKeySet;
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

test('a manual rotation publishes the new key immediately, signs with it once every cache has it, and keeps the old one until its last token has expired, plus a minute', async () => {
  await using server = await startTestApp();
  const client = await server.newClient();
  const old = kidOf(await tokenOf(server, client));
  const key = await rotateSigningKey(server.context, testActor);
  const began = server.context.now();
  assert.ok(key.signsFrom > began + server.context.config.keySetMaxAgeSeconds * 1000);
  // Whoever fetches now may cache this response until just before the new key signs.
  const cached = await keySetOf(server);
  assert.deepEqual(new Set(cached.keys.map(({ kid }) => kid)), new Set([old, key.kid]));
  server.advance(key.signsFrom - began - 1);
  const lastOld = await tokenOf(server, client);
  assert.equal(kidOf(lastOld), old);
  server.advance(1);
  const firstNew = await tokenOf(server, client);
  assert.equal(kidOf(firstNew), key.kid);
  const currentDate = new Date(server.context.now());
  await jwtVerify(firstNew, createLocalJWKSet(cached), { currentDate });
  server.advance(3600_000 + 59_998);
  assert.ok((await keySetOf(server)).keys.some(({ kid }) => kid === old));
  server.advance(2);
  assert.deepEqual(
    (await keySetOf(server)).keys.map(({ kid }) => kid),
    [key.kid],
  );
  assert.equal(kidOf(await tokenOf(server, client)), key.kid);
});

test('a scheduled rotation happens after 90 days, and never while a published key is not signing yet', async () => {
  await using server = await startTestApp();
  const ring = new KeyRing(server.context);
  const kids = async () => {
    await ring.rotateWhenDue();
    return (await keySetOf(server)).keys.length;
  };
  assert.equal(await kids(), 1);
  server.advance(90 * day - 1);
  assert.equal(await kids(), 1);
  server.advance(1);
  assert.equal(await kids(), 2);
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await kids(), 2);
  }
  await assert.rejects(
    rotateSigningKey(server.context, testActor),
    (error: unknown) => error instanceof ApiError && error.code === 'conflict',
  );
  server.advance(day);
  assert.equal(await kids(), 1);
  await rotateSigningKey(server.context, testActor);
  assert.equal(await kids(), 2);
});

test('the days between rotations are a setting', async () => {
  await using server = await startTestApp({ BINDERY_KEY_ROTATION_DAYS: '1' });
  const ring = new KeyRing(server.context);
  server.advance(day);
  await ring.rotateWhenDue();
  assert.equal((await keySetOf(server)).keys.length, 2);
});

test('when two processes rotate at the same time, on schedule or manually, one creates the key and both sign with it', async () => {
  await using server = await startTestApp();
  const client = await server.newClient();
  const other = await openStore(server.context.config, 'existing', server.context.now);
  const logger = createLogger({ logLevel: 'silent', logFormat: 'json' });
  const otherApp = await createApp({ context: other, logger, isDraining: () => false });
  try {
    server.advance(90 * day);
    const rings = [server.context, other].map((context) => new KeyRing(context));
    await Promise.all([...rings, ...rings, ...rings].map((ring) => ring.rotateWhenDue()));
    assert.equal((await keySetOf(server)).keys.length, 2);
    server.advance(day);
    const results = await Promise.allSettled(
      [server.context, other, server.context, other].map((context) => rotateSigningKey(context, testActor)),
    );
    const made = results.filter((result) => result.status === 'fulfilled');
    assert.equal(made.length, 1);
    for (const result of results) {
      assert.ok(
        result.status === 'fulfilled' || (result.reason instanceof ApiError && result.reason.code === 'conflict'),
      );
    }
    server.advance(day);
    const rows = await other.database.queries.selectFrom('signing_keys').select('kid').execute();
    assert.equal(rows.length, 3);
    const theirs = await otherApp.inject({
      method: 'POST',
      url: '/connect/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret,
      }).toString(),
    });
    const newest = made[0]?.value.kid;
    assert.equal(kidOf(await tokenOf(server, client)), newest);
    assert.equal(kidOf(String((JSON.parse(theirs.body) as Record<string, unknown>)['access_token'])), newest);
  } finally {
    await otherApp.close();
    await other.database.close();
  }
});

test('a manual rotation keeps the algorithm of the signing key, whatever the command is configured with', async () => {
  await using server = await startTestApp({ BINDERY_SIGNING_ALGORITHM: 'EdDSA' });
  const config = loadConfig({ ...server.storeEnvironment, BINDERY_SIGNING_ALGORITHM: 'ES256' });
  const key = await rotateSigningKey({ ...server.context, config }, testActor);
  assert.equal(key.algorithm, 'EdDSA');
});

test('keys list and keys rotate show the current and the next key, and a second rotation has to wait', async () => {
  await using bindery = await startBindery();
  const list = async () => (await bindery.cliJson<{ items: readonly KeyRow[] }>(['keys', 'list'])).items;
  const [first] = await list();
  assert.deepEqual(Object.keys(first ?? {}), ['kid', 'algorithm', 'published_at', 'signs_from', 'retires_at', 'state']);
  assert.deepEqual([first?.algorithm, first?.state, first?.retires_at], ['ES256', 'signing', null]);
  const made = await bindery.cliJson<KeyRow>(['keys', 'rotate']);
  assert.deepEqual(Object.keys(made), ['kid', 'algorithm', 'published_at', 'signs_from', 'retires_at']);
  assert.ok(Date.parse(made.signs_from) - Date.parse(made.published_at) > 300_000);
  const states = (await list()).map(({ kid, state }) => [kid, state]);
  assert.deepEqual(states, [
    [first?.kid, 'signing'],
    [made.kid, 'published'],
  ]);
  const again = await bindery.cli(['keys', 'rotate', '--json']);
  assert.equal(again.code, 4);
  assert.match(again.stderr, /is already published and signs from/);
  const keySet = (await (await fetch(`${bindery.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  assert.equal(keySet.keys.length, 2);
});

test('keys rotate under load without a restart, and every token verifies', async () => {
  await using bindery = await startBindery({ env: { BINDERY_KEY_SET_MAX_AGE: '1' } });
  const client = await createClient(bindery);
  const keySet = createRemoteJWKSet(new URL(`${bindery.url}/.well-known/jwks.json`), {
    // For as long as the response may be cached, and without a second fetch for a missing key.
    cacheMaxAge: 1000,
    cooldownDuration: 60_000,
  });
  const seen = new Set<string | undefined>();
  let verified = 0;
  const verifyOne = async () => {
    const token = await getToken(bindery, client);
    await jwtVerify(token, keySet, { issuer: bindery.url, audience: `${bindery.url}/api`, typ: 'at+jwt' });
    seen.add(kidOf(token));
    verified += 1;
  };
  for (let rotation = 1; rotation <= 2; rotation += 1) {
    const key = await bindery.cliJson<KeyRow>(['keys', 'rotate']);
    await waitFor(async () => {
      await Promise.all(Array.from({ length: 8 }, verifyOne));
      return seen.has(key.kid) || undefined;
    });
    assert.ok(Date.now() >= Date.parse(key.signs_from), 'it signed too early');
  }
  assert.equal(seen.size, 3);
  assert.ok(verified > 50);
  assert.ok(!bindery.log().includes('"level":"error"'));
});
