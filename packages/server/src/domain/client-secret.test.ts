import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  clientSecretPattern,
  equalHashes,
  hashClientSecret,
  isWellFormedSecret,
  lastFour,
  newClientSecret,
} from './client-secret.ts';
import { newClientId, newOrganizationId, newRowId } from './identifier.ts';

test('a secret is a prefix, 43 base62 characters for 256 bits, and a checksum of 6', () => {
  const secret = newClientSecret();
  assert.match(secret, clientSecretPattern);
  assert.match(secret, /^bindery_secret_[0-9A-Za-z]{49}$/);
  assert.ok(isWellFormedSecret(secret));
  assert.equal(lastFour(secret), secret.slice(-4));
});

test('the checksum is the published one: CRC-32 of the 43 characters in base62', () => {
  for (const random of ['0'.repeat(43), 'z'.repeat(43), newClientSecret().slice(15, 58)]) {
    assert.ok(isWellFormedSecret(`bindery_secret_${random}${checksumByHand(random)}`), random);
  }
});

/** CRC-32 (ISO 3309) bit by bit, and base62 by division: independent of the program. */
function checksumByHand(text: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let result = '';
  for (let place = 0; place < 6; place += 1) {
    result = digits.charAt(rest % 62) + result;
    rest = Math.floor(rest / 62);
  }
  return result;
}

test('a wrong, missing or doubled character, or two swapped ones, is a typing error', () => {
  const secret = newClientSecret();
  const alphabet = 'aZ09_-';
  fc.assert(
    fc.property(fc.nat(secret.length - 1), fc.constantFrom(...alphabet), (place, letter) => {
      const replaced = secret.slice(0, place) + letter + secret.slice(place + 1);
      assert.equal(isWellFormedSecret(replaced), replaced === secret);
      assert.ok(!isWellFormedSecret(secret.slice(0, place) + secret.slice(place + 1)));
      assert.ok(!isWellFormedSecret(secret.slice(0, place) + letter + secret.slice(place)));
      const swapped =
        secret.slice(0, place) + secret.charAt(place + 1) + secret.charAt(place) + secret.slice(place + 2);
      assert.equal(isWellFormedSecret(swapped), swapped === secret);
    }),
    { numRuns: 500 },
  );
  for (const other of ['', 'bindery_secret_', ` ${secret}`, `${secret}\n`, secret.toUpperCase()]) {
    assert.ok(!isWellFormedSecret(other));
  }
});

test('44: ten thousand secrets and ids are all different, and use every character in every place', () => {
  for (const [make, prefix, places] of [
    [newClientSecret, 'bindery_secret_', 43],
    [newClientId, 'client_', 22],
    [() => newRowId('secret'), 'secret_', 22],
  ] as const) {
    const made = Array.from({ length: 10_000 }, make);
    assert.equal(new Set(made).size, made.length);
    assert.ok(made.every((text) => text.startsWith(prefix) && /^[A-Za-z0-9_]+$/.test(text)));
    // The first digit of a number below 2^256 is not evenly distributed; all others are.
    for (let place = 1; place < places; place += 1) {
      assert.equal(new Set(made.map((text) => text.charAt(prefix.length + place))).size, 62, `${prefix} ${place}`);
    }
  }
  assert.equal(new Set(Array.from({ length: 10_000 }, newOrganizationId)).size, 10_000);
});

test('the hash depends on every bit of the secret and of the pepper', () => {
  const pepper = randomBytes(32);
  const secret = newClientSecret();
  const hash = hashClientSecret(secret, pepper);
  assert.equal(hash.length, 32);
  assert.ok(equalHashes(hash, hashClientSecret(secret, pepper)));
  assert.ok(!equalHashes(hash, hashClientSecret(`${secret} `, pepper)));
  assert.ok(!equalHashes(hash, hashClientSecret(secret, randomBytes(32))));
  assert.ok(!hash.toString('latin1').includes(secret));
});

test('hashes of different lengths are unequal, and nothing is thrown', () => {
  assert.ok(!equalHashes(Buffer.alloc(32), Buffer.alloc(31)));
  assert.ok(!equalHashes(Buffer.alloc(0), Buffer.alloc(32)));
});
