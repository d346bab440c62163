import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, isOutdatedHash, verifyPassword } from './password.ts';

test('only the exact password matches its hash, to the byte', async () => {
  const password = 'correct horse battery staple';
  const hash = await hashPassword(password);
  assert.equal(await verifyPassword(password, hash), true);
  for (const other of [`${password} `, ` ${password}`, password.toUpperCase(), password.slice(0, -1), '']) {
    assert.equal(await verifyPassword(other, hash), false, JSON.stringify(other));
  }
});

test('passwords that differ only after 72 bytes have different hashes', async () => {
  const hash = await hashPassword(`${'x'.repeat(200)}1`);
  assert.equal(await verifyPassword(`${'x'.repeat(200)}2`, hash), false);
});

test('the same password has a different hash each time, which contains its parameters', async () => {
  const hashes = [await hashPassword('correct horse battery'), await hashPassword('correct horse battery')];
  assert.notEqual(hashes[0], hashes[1]);
  for (const hash of hashes) {
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    assert.equal(isOutdatedHash(hash), false);
  }
});

test('a hash with a lower cost is outdated, and one of another kind never matches', async () => {
  const weak = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  assert.equal(isOutdatedHash(weak), true);
  assert.equal(await verifyPassword('x', weak), false);
  await assert.rejects(verifyPassword('x', '$2b$10$abcdefghijklmnopqrstuv'), /unknown format/);
});
