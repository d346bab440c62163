import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deriveKeys, seal, unseal } from './master-key.ts';

test('a master key always gives the same keys, which differ from it and from each other', () => {
  const masterKey = randomBytes(32);
  const keys = deriveKeys(masterKey);
  assert.deepEqual(deriveKeys(masterKey), keys);
  const texts = [masterKey.toString('hex'), keys.sealing.toString('hex'), keys.pepper.toString('hex'), keys.check];
  assert.equal(new Set(texts).size, texts.length);
  assert.notEqual(deriveKeys(randomBytes(32)).check, keys.check);
});

test('a sealed text opens only with its key and in its context', () => {
  const key = randomBytes(32);
  const sealed = seal('private', key, 'here');
  assert.equal(unseal(sealed, key, 'here'), 'private');
  assert.throws(() => unseal(sealed, randomBytes(32), 'here'));
  assert.throws(() => unseal(sealed, key, 'there'));
});

test('no bit of a sealed text can be changed or removed', () => {
  const key = randomBytes(32);
  const bytes = Buffer.from(seal('private', key, 'here'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => unseal(changed.toString('base64url'), key, 'here'), `bit ${bit}`);
  }
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => unseal(bytes.subarray(0, length).toString('base64url'), key, 'here'), `length ${length}`);
  }
});

test('the same text is sealed differently each time, and cannot be read', () => {
  const key = randomBytes(32);
  const sealed = Array.from({ length: 1000 }, () => seal('private', key, 'here'));
  assert.equal(new Set(sealed.map((text) => text.slice(0, 16))).size, sealed.length);
  assert.ok(sealed.every((text) => !Buffer.from(text, 'base64url').includes('private')));
});
