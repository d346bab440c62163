import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertRefused,
  createKeySource,
  createTestGuard,
  createToken,
  ec,
  goodClaims,
  goodHeader,
  guardKeys,
  headersWith,
  nowSeconds,
  organizationId,
  otherOrganizationId,
  outcomeOf,
  rsa,
  signToken,
} from './test-tokens.ts';
import { type CachedToken, createTokenCache } from './token-cache.ts';

test('130: two tokens that differ in one claim never share a cache entry', async () => {
  const guard = createTestGuard();
  const shared = { ...goodClaims(), jti: 'same' };
  const first = signToken(goodHeader, shared);
  const second = signToken(goodHeader, { ...shared, organization_id: otherOrganizationId });
  const third = signToken(goodHeader, { ...shared, access: 'read' });
  for (let round = 0; round < 2; round += 1) {
    const callers = [
      await guard.verify({ method: 'GET', headers: headersWith(first) }),
      await guard.verify({ method: 'GET', headers: headersWith(second, otherOrganizationId) }),
      await guard.verify({ method: 'GET', headers: headersWith(third) }),
    ];
    assert.deepEqual(
      callers.map((caller) => [caller.organizationId, caller.access]),
      [
        [organizationId, 'read_write'],
        [otherOrganizationId, 'read_write'],
        [organizationId, 'read'],
      ],
    );
  }
  const [header, payload, signature = ''] = first.split('.');
  const tampered = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  await assertRefused({ tampered }, 'token_signature_wrong', guard);
});

test('130: a cached token is refused once it expires, or its key is withdrawn or replaced', async () => {
  let now = nowSeconds;
  let keys = [...guardKeys];
  const find = (kid: string) => keys.find((key) => key.kid === kid);
  const guard = createTestGuard({ now: () => now * 1000, jwks: { source: { find } } });
  const headers = headersWith(createToken());
  assert.equal(await outcomeOf(guard, headers), 'accepted');

  keys = [];
  assert.equal(await outcomeOf(guard, headers), 'token_key_unknown');
  keys = [...guardKeys];
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  keys = [{ kid: 'ec', alg: 'RS256', key: rsa.publicKey }];
  assert.equal(await outcomeOf(guard, headers), 'token_header_refused');
  keys = [...guardKeys];

  now = nowSeconds + 3604;
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  now = nowSeconds + 3605;
  assert.equal(await outcomeOf(guard, headers), 'token_expired');
  assert.equal(await outcomeOf(guard, headers), 'token_expired');
  now = nowSeconds - 10;
  assert.equal(await outcomeOf(guard, headers), 'token_from_future');
});

test('130: a refused token is not cached, and a guard without a cache decides the same', async () => {
  const keys = createKeySource();
  const guard = createTestGuard({ jwks: { source: keys } });
  const bad = headersWith(createToken({ aud: 'https://other.test' }));
  for (let round = 0; round < 3; round += 1) assert.equal(await outcomeOf(guard, bad), 'token_claim_wrong');
  const uncached = createTestGuard({ cacheSize: 0 });
  const good = headersWith(createToken());
  for (let round = 0; round < 3; round += 1) assert.equal(await outcomeOf(uncached, good), 'accepted');
});

test('the cache keeps the most recently used tokens, within its size', () => {
  const cache = createTokenCache(2);
  // Only held and given back, so that it need not be whole.
  const entry = { claims: { caller: {}, notBefore: 0 }, kid: 'ec', key: ec.publicKey } as unknown as CachedToken;
  cache.set('a', entry);
  cache.set('b', entry);
  assert.equal(cache.get('a'), entry);
  cache.set('c', entry);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [entry, undefined, entry]);
  cache.set('c', entry);
  assert.equal(cache.size, 2);
  cache.delete('a');
  assert.equal(cache.size, 1);
});
