import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import { isPublished, type KeyTimes, newSigningKey, signerAt, signingAlgorithms } from './signing-key.ts';

const key = (publishedAt: number, signsFrom: number, retiresAt: number | null) => ({
  publishedAt,
  signsFrom,
  retiresAt,
});

test('a new key exposes only its public half, identified by its thumbprint', async () => {
  for (const algorithm of signingAlgorithms) {
    const { publicJwk, privateKey } = await newSigningKey(algorithm, 2048);
    assert.equal(publicJwk.alg, algorithm);
    assert.equal(publicJwk.use, 'sig');
    assert.equal(publicJwk.kid, await calculateJwkThumbprint(publicJwk));
    assert.equal('d' in publicJwk, false);
    assert.equal(privateKey.type, 'private');
  }
});

test('a key is published until just before it retires', () => {
  const times = key(10, 20, 30);
  assert.deepEqual(
    [9, 10, 29, 30].map((now) => isPublished(times, now)),
    [false, true, true, false],
  );
  assert.ok(isPublished(key(10, 20, null), 1e15));
});

test('of the keys that may sign, the one that started last signs, and none before its time', () => {
  const old = key(0, 0, 100);
  const next = key(10, 20, null);
  const keys: readonly KeyTimes[] = [old, next];
  assert.equal(signerAt(keys, 19), old);
  assert.equal(signerAt(keys, 20), next);
  assert.equal(signerAt([next, old], 20), next);
  assert.equal(signerAt([old], 100), undefined);
  assert.equal(signerAt([next], 15), undefined);
  assert.equal(signerAt([], 0), undefined);
});
