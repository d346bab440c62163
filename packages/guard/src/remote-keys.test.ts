import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createGuard, type Guard } from './guard.ts';
import type { JwksOptions } from './jwks-options.ts';
import {
  audience,
  createToken,
  ec,
  ed,
  headersWith,
  issuer,
  nowSeconds,
  outcomeOf,
  rsa,
  signEdDsa,
  signRs256,
} from './test-tokens.ts';

const ecJwk = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256', use: 'sig' };
const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256', use: 'sig' };

interface Endpoint {
  readonly url: string;
  requests: number;
  answer: (response: ServerResponse) => void;
}

function json(document: unknown): Endpoint['answer'] {
  return (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
}

/** A JWKS endpoint on a real port that counts its requests. */
async function startEndpoint(test: TestContext, answer: Endpoint['answer']): Promise<Endpoint> {
  const server = createServer((_request, response) => {
    endpoint.requests += 1;
    // A kept connection could be closed just when a busy process uses it again.
    response.shouldKeepAlive = false;
    endpoint.answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const endpoint = { url: `http://127.0.0.1:${address.port}/jwks.json`, requests: 0, answer };
  test.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return endpoint;
}

/** A guard for the endpoint, and its clock in seconds. */
function createClockedGuard(endpoint: Endpoint, times: JwksOptions = {}): { guard: Guard; clock: { seconds: number } } {
  const clock = { seconds: nowSeconds };
  const guard = createGuard({
    issuer,
    audience,
    jwks: { url: endpoint.url, ...times },
    cutoffs: false,
    now: () => clock.seconds * 1000,
  });
  return { guard, clock };
}

const good = (seconds = nowSeconds) => headersWith(createToken({ iat: seconds, nbf: seconds, exp: seconds + 3600 }));
const unknown = (kid: string) => headersWith(createToken({}, { kid }));

test('143: however many unknown kids come, the keys are fetched once per cool-down, and valid tokens pass', async (t) => {
  const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
  // All of them at once keep the process busy for longer than a fetch may take by default.
  const { guard, clock } = createClockedGuard(endpoint, { timeoutSeconds: 60 });
  assert.equal(await outcomeOf(guard, good()), 'accepted');
  assert.equal(endpoint.requests, 1);
  clock.seconds += 30;
  const many = Array.from({ length: 10_000 }, (_, index) => unknown(`k${index}`));
  const outcomes = await Promise.all(many.map((headers) => outcomeOf(guard, headers)));
  assert.deepEqual(new Set(outcomes), new Set(['token_key_unknown']));
  assert.equal(endpoint.requests, 2);
  assert.equal(await outcomeOf(guard, good()), 'accepted');
  clock.seconds += 29;
  assert.equal(await outcomeOf(guard, unknown('later')), 'token_key_unknown');
  assert.equal(endpoint.requests, 2);
  clock.seconds += 1;
  assert.equal(await outcomeOf(guard, unknown('later')), 'token_key_unknown');
  assert.equal(endpoint.requests, 3);
});

test('143: a key that is new at the issuer is found by its first token', async (t) => {
  const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
  const { guard, clock } = createClockedGuard(endpoint);
  assert.equal(await outcomeOf(guard, good()), 'accepted');
  endpoint.answer = json({ keys: [ecJwk, rsaJwk] });
  clock.seconds += 30;
  const token = createToken({}, { kid: 'rsa', alg: 'RS256' }, signRs256);
  assert.equal(await outcomeOf(guard, headersWith(token)), 'accepted');
});

test('a cold start with many concurrent requests causes one fetch', async (t) => {
  const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
  const { guard } = createClockedGuard(endpoint);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(guard, good())));
  assert.deepEqual(new Set(outcomes), new Set(['accepted']));
  assert.equal(endpoint.requests, 1);
});

const broken: Record<string, Endpoint['answer']> = {
  'status 500': (response) => response.writeHead(500).end('{"keys":[]}'),
  'status 404': (response) => response.writeHead(404).end(),
  html: (response) => response.setHeader('content-type', 'text/html').end('<html></html>'),
  'no list': json({ keys: {} }),
  'an array': json([ecJwk]),
  'repeated members': (response) => response.end(`{"keys":[],"keys":[${JSON.stringify(ecJwk)}]}`),
  'too many keys': json({ keys: Array.from({ length: 101 }, () => ecJwk) }),
  'cut off': (response) => {
    response.setHeader('content-length', '1000');
    response.write('{"keys":[');
    response.socket?.destroySoon();
  },
  'valid keys in one byte more than a megabyte': (response) =>
    response.end(JSON.stringify({ keys: [ecJwk] }).padEnd(1024 * 1024 + 1)),
  redirect: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'a body without end': (response) => {
    const write = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', write);
    write();
  },
};

test('144: whatever is wrong with the endpoint, the last keys keep serving', async (t) => {
  for (const [name, answer] of Object.entries(broken)) {
    const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
    const { guard, clock } = createClockedGuard(endpoint);
    assert.equal(await outcomeOf(guard, good()), 'accepted', name);
    endpoint.answer = answer;
    clock.seconds += 11 * 60;
    assert.equal(await outcomeOf(guard, good(clock.seconds)), 'accepted', name);
    assert.equal(endpoint.requests, 2, `${name}: fetched again, and a redirect not followed`);
    assert.equal(await outcomeOf(guard, unknown('other')), 'token_key_unknown', `${name}: never open`);
    clock.seconds += 24 * 3600;
    assert.equal(await outcomeOf(guard, good(clock.seconds)), 'keys_unavailable', `${name}: but not for ever`);
  }
});

test('144: before the first keys the response is 503, and a repaired endpoint serves soon', async (t) => {
  for (const [name, answer] of Object.entries(broken)) {
    const endpoint = await startEndpoint(t, answer);
    const { guard, clock } = createClockedGuard(endpoint);
    assert.equal(await outcomeOf(guard, good()), 'keys_unavailable', name);
    const requests = endpoint.requests;
    assert.equal(await outcomeOf(guard, good()), 'keys_unavailable', name);
    assert.equal(endpoint.requests, requests, `${name}: not asked again at once`);
    endpoint.answer = json({ keys: [ecJwk] });
    clock.seconds += 5;
    assert.equal(await outcomeOf(guard, good()), 'accepted', name);
  }
});

test('144: an endpoint that does not exist is 503', async (t) => {
  const endpoint = await startEndpoint(t, json({}));
  const { guard } = createClockedGuard({ ...endpoint, url: 'http://127.0.0.1:1/' });
  assert.equal(await outcomeOf(guard, good()), 'keys_unavailable');
});

test('144: an endpoint that never responds times out, and the request is 503', async (t) => {
  const endpoint = await startEndpoint(t, () => {});
  const guard = createGuard({
    ...{ issuer, audience },
    jwks: { url: endpoint.url, timeoutSeconds: 0.1 },
    cutoffs: false,
  });
  assert.equal(await outcomeOf(guard, good()), 'keys_unavailable');
});

test('141: a key that the issuer withdraws stops verifying within ten minutes, cached tokens included', async (t) => {
  const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
  const { guard, clock } = createClockedGuard(endpoint);
  const headers = good();
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  endpoint.answer = json({ keys: [] });
  clock.seconds += 600;
  assert.equal(await outcomeOf(guard, headers), 'token_key_unknown');
});

test('the times for the key set can be configured', async (t) => {
  const endpoint = await startEndpoint(t, json({ keys: [ecJwk] }));
  const times = { refreshSeconds: 10, maxAgeSeconds: 20, cooldownSeconds: 2, maxStaleSeconds: 40 };
  const { guard, clock } = createClockedGuard(endpoint, times);
  const long = headersWith(createToken({ exp: nowSeconds + 86_400 }));
  assert.equal(await outcomeOf(guard, long), 'accepted');
  clock.seconds += 9;
  assert.equal(await outcomeOf(guard, unknown('other')), 'token_key_unknown');
  assert.equal(endpoint.requests, 2, 'the cool-down is over after 2 s');
  endpoint.answer = json({ keys: [] });
  clock.seconds += 20;
  assert.equal(await outcomeOf(guard, long), 'token_key_unknown', 'withdrawn within 20 s');
  endpoint.answer = json({ keys: [ecJwk] });
  clock.seconds += 20;
  assert.equal(await outcomeOf(guard, long), 'accepted');
  endpoint.answer = (response) => response.writeHead(500).end();
  clock.seconds += 39;
  assert.equal(await outcomeOf(guard, long), 'accepted', 'stale for less than 40 s');
  clock.seconds += 6;
  assert.equal(await outcomeOf(guard, long), 'keys_unavailable');
});

test('110: a JWK without alg verifies the one algorithm of its type and no other', async (t) => {
  const { alg: _alg, ...bare } = rsaJwk;
  const edJwk = { ...ed.publicKey.export({ format: 'jwk' }), kid: 'ed' };
  const endpoint = await startEndpoint(t, json({ keys: [bare, edJwk] }));
  const guard = createGuard({
    issuer,
    audience,
    jwks: { url: endpoint.url },
    cutoffs: false,
    now: () => nowSeconds * 1000,
    algorithms: ['RS256', 'PS256', 'RS512', 'EdDSA', 'ES256'],
  });
  const asked = { kid: 'rsa' };
  const outcome = (alg: string) => outcomeOf(guard, headersWith(createToken({}, { ...asked, alg }, signRs256)));
  assert.equal(await outcome('RS256'), 'accepted');
  for (const alg of ['PS256', 'RS512', 'ES256']) assert.equal(await outcome(alg), 'token_header_refused', alg);
  const token = createToken({}, { kid: 'ed', alg: 'EdDSA' }, signEdDsa);
  assert.equal(await outcomeOf(guard, headersWith(token)), 'accepted');
});

test('138: anything but a strong public signing key is ignored', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const unsound: Record<string, unknown> = {
    'private EC key': { ...ec.privateKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256' },
    'shared secret': { kty: 'oct', k: 'c2VjcmV0', kid: 'ec', alg: 'ES256' },
    'HS256 key': { ...ecJwk, alg: 'HS256' },
    'encryption key': { ...ecJwk, use: 'enc' },
    // Deno imports it, though no signature can be valid under it.
    ...('Deno' in globalThis ? {} : { 'point off the curve': { ...ecJwk, x: ecJwk.y } }),
    'wrong algorithm': { ...ecJwk, alg: 'RS256' },
    'no kid': { ...ecJwk, kid: undefined },
    'kid of another type': { ...ecJwk, kid: ['ec'] },
    'RSA of 1024 bits': { ...weak, kid: 'rsa', alg: 'RS256' },
    null: null,
    text: 'ec',
  };
  for (const [name, jwk] of Object.entries(unsound)) {
    const endpoint = await startEndpoint(t, json({ keys: [jwk] }));
    const { guard } = createClockedGuard(endpoint);
    assert.equal(await outcomeOf(guard, good()), 'token_key_unknown', name);
    const rsaToken = createToken({}, { kid: 'rsa', alg: 'RS256' }, signRs256);
    assert.equal(await outcomeOf(guard, headersWith(rsaToken)), 'token_key_unknown', name);
  }
  const endpoint = await startEndpoint(t, json({ keys: [...Object.values(unsound), ecJwk] }));
  assert.equal(
    await outcomeOf(createClockedGuard(endpoint).guard, good()),
    'accepted',
    'the strong one beside them counts',
  );
});
