import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBinderId, isBinderId } from './binder.ts';

test('an id is nine upper-case letters and digits', () => {
  const ids = Array.from({ length: 2_000 }, () => createBinderId());
  assert.ok(ids.every((id) => /^[A-Z0-9]{9}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

test('every byte below 252 stands for a letter or digit equally often, and the rest are skipped', () => {
  let next = 0;
  const bytes = (size: number) => Uint8Array.from({ length: size }, () => next++ % 256);
  const counts = new Map<string, number>();
  // 16 bytes are drawn at a time and 9 used, so that drawing one by one shows every byte once.
  for (let byte = 0; byte < 256; byte += 1) {
    const [first] = createBinderId((size) => (byte < 252 ? new Uint8Array(size).fill(byte) : bytes(size)));
    if (byte < 252) counts.set(first ?? '', (counts.get(first ?? '') ?? 0) + 1);
  }
  assert.equal(counts.size, 36);
  assert.deepEqual(new Set(counts.values()), new Set([7]));
  let draws = 0;
  const id = createBinderId((size) => {
    draws += 1;
    return new Uint8Array(size).fill(draws === 1 ? 252 : 0);
  });
  assert.deepEqual([id, draws], ['AAAAAAAAA', 2]);
});

test('only nine upper-case letters and digits can be an id', () => {
  assert.ok(isBinderId('MNWI5YR89'));
  for (const text of ['', 'mnwi5yr89', 'MNWI5YR8', 'MNWI5YR890', 'MNWI5YR8_', 'MNWI5YR89\n', "' OR 1=1"]) {
    assert.ok(!isBinderId(text), text);
  }
});
