import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from './guard.ts';
import {
  audience,
  createKeySource,
  createTestGuard,
  createToken,
  headersWith,
  issuer,
  outcomeOf,
} from './test-tokens.ts';

const source = createKeySource();
const good = { issuer, audience, jwks: { source } };

test('132: options that would skip a check stop the start', () => {
  const wrong: Record<string, readonly unknown[]> = {
    issuer: [
      '',
      undefined,
      null,
      7,
      'id.example.test',
      'ftp://id.example.test',
      `${issuer}?x`,
      `${issuer}#x`,
      [issuer],
      /./,
    ],
    audience: ['', undefined, null, 7, [audience], [], /./],
    algorithms: [[], null, 'ES256', ['none'], ['None'], ['HS256'], ['ES256', 'HS512'], ['es256'], [''], [undefined]],
    clockToleranceSeconds: [-1, 60.5, 61, Number.NaN, Number.POSITIVE_INFINITY, '5'],
    cacheSize: [-1, 1.5, Number.NaN, '10'],
    tenantHeader: [[], '', [''], ['x tenant'], ['authorization'], [7], null],
    requireTenantHeader: [null, 'yes', 0],
    realm: ['', 'a"b', 'a\\b', 'a\r\nb', 'é', 7],
    jwks: [
      true,
      'keys',
      [],
      { uri: 'https://id.example.test/keys' },
      { source: null },
      { source: {} },
      { source: [] },
      { source: { find: 'x' } },
      { source, url: 'https://id.example.test/keys' },
      { refreshSeconds: 0 },
      { refreshSeconds: '300' },
      { refreshSeconds: 700, maxAgeSeconds: 600 },
      { maxAgeSeconds: 299 },
      { maxAgeSeconds: Number.NaN },
      { maxAgeSeconds: 700, maxStaleSeconds: 600 },
      { maxStaleSeconds: 604_801 },
      { cooldownSeconds: 0 },
      { cooldownSeconds: 3601 },
      { timeoutSeconds: 0 },
      { timeoutSeconds: 61 },
    ],
    keys: [source],
    allowInsecureRequests: ['yes', 1],
    cutoffs: [
      true,
      'off',
      0,
      [],
      { poll: 5 },
      { url: 'http://id.example.test/x' },
      { url: 'ftp://id.example.test/x' },
      { url: 7 },
      { url: 'https://user@id.example.test/x' },
      { pollSeconds: 0 },
      { pollSeconds: 61 },
      { pollSeconds: Number.NaN },
      { pollSeconds: '5' },
      { timeoutSeconds: 0 },
      { timeoutSeconds: 61 },
      { maxStaleSeconds: 9 },
      { maxStaleSeconds: 86_401 },
      { whenStale: 'shut' },
      { source: {} },
      { source: { current: () => undefined }, pollSeconds: 5 },
    ],
    errorsUrl: [7, {}, '', true],
    now: [7, 'now', {}],
    fetch: [7, 'fetch', {}],
    audiences: [audience],
    algorithm: ['ES256'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      // Plain JavaScript gives what the types forbid; that is what is tried here.
      const options = { ...good, [name]: value } as Parameters<typeof createGuard>[0];
      if (value === null && name !== 'issuer' && name !== 'audience') continue;
      assert.throws(() => createGuard(options), TypeError, `${name}: ${String(value)}`);
    }
  }
});

test('132: plain http outside loopback stops the start unless it is allowed', () => {
  const remote = { issuer, audience };
  for (const url of ['', 'keys', 'file:///etc/keys', 'http://id.example.test/keys', 'https://a:b@id.example.test/']) {
    assert.throws(() => createGuard({ ...remote, jwks: { url } }), TypeError, url);
  }
  assert.throws(() => createGuard({ issuer: 'http://id.example.test', audience }), /https/);
  for (const url of ['http://localhost:1/', 'http://127.0.0.1:1/', 'http://[::1]:1/', 'https://id.example.test/']) {
    assert.ok(createGuard({ ...remote, jwks: { url } }), url);
  }
  const insecure = { jwks: { url: 'http://id.internal/' }, cutoffs: { url: 'http://id.internal/cutoffs' } };
  assert.throws(() => createGuard({ ...remote, ...insecure }), /allowInsecureRequests/);
  assert.ok(createGuard({ ...remote, ...insecure, allowInsecureRequests: true }));
});

test('132: an unknown option is refused with the names of the known ones', () => {
  const wrong = [
    [
      { jwksUri: 'https://id.example.test/keys' },
      /^TypeError: unknown option jwksUri; known options: issuer, audience, jwks,/,
    ],
    [{ cutoffs: { poll: 5 } }, /^TypeError: unknown option cutoffs\.poll; known options: url, pollSeconds, /],
    [{ jwks: { uri: 'x' } }, /^TypeError: unknown option jwks\.uri; known options: url, refreshSeconds, /],
  ] as const;
  for (const [options, message] of wrong) {
    // Plain JavaScript gives what the types forbid.
    assert.throws(() => createGuard({ issuer, audience, ...options } as Parameters<typeof createGuard>[0]), message);
  }
});

test('by default the keys are fetched below the issuer, with or without a trailing slash', async () => {
  for (const ending of ['', '/']) {
    const asked: string[] = [];
    const guard = createRemoteGuard(`${issuer}${ending}`, async (url) => {
      asked.push(String(url));
      return new Response('{"keys":[]}');
    });
    assert.equal(await outcomeOf(guard, headersWith(createToken())), 'token_key_unknown');
    assert.deepEqual(asked, [`${issuer}/.well-known/jwks.json`]);
  }
});

function createRemoteGuard(withIssuer: string, fetch: typeof globalThis.fetch) {
  return createGuard({ issuer: withIssuer, audience, fetch });
}

test('131: issuer and audience are strings, not patterns, so no decision depends on the one before', async () => {
  const guard = createTestGuard();
  const headers = headersWith(createToken());
  for (let round = 0; round < 4; round += 1) assert.equal(await outcomeOf(guard, headers), 'accepted');
});

test('126: the leeway cannot be more than 60 s', () => {
  assert.ok(createGuard({ ...good, clockToleranceSeconds: 60 }));
  assert.ok(createGuard({ ...good, clockToleranceSeconds: 0 }));
  assert.throws(() => createGuard({ ...good, clockToleranceSeconds: 61 }), /0 to 60/);
});

test('an algorithm that is not in the list is refused even if there is a key for it', async () => {
  const guard = createTestGuard({ algorithms: ['RS256'] });
  assert.equal(await outcomeOf(guard, headersWith(createToken())), 'token_header_refused');
});
