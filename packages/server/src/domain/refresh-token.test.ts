import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  familyOf,
  hashRefreshToken,
  newFamilyId,
  newRefreshToken,
  sealSuccessor,
  unsealSuccessor,
} from './refresh-token.ts';

const tagKey = randomBytes(32);

test('a refresh token is letters, digits and underscores, and only we can read its family', () => {
  const familyId = newFamilyId();
  const token = newRefreshToken(familyId, tagKey);
  assert.match(token, /^bindery_refresh_[0-9A-Za-z]{87}$/);
  assert.equal(familyOf(token, tagKey), familyId);
  assert.equal(familyOf(token, randomBytes(32)), undefined);
});

test('44: no two refresh tokens or families are alike', () => {
  const familyId = newFamilyId();
  const tokens = new Set(Array.from({ length: 10_000 }, () => newRefreshToken(familyId, tagKey)));
  assert.equal(tokens.size, 10_000);
  assert.equal(new Set(Array.from({ length: 10_000 }, newFamilyId)).size, 10_000);
  // 256 random bits in base62: every digit varies except the first, for which 62^43 leaves little room.
  for (let place = 1; place < 43; place += 1) {
    const seen = new Set([...tokens].map((token) => token.charAt('bindery_refresh_'.length + 22 + place)));
    assert.equal(seen.size, 62, `place ${place}`);
  }
});

test('a token with any character changed is not accepted as ours', () => {
  const token = newRefreshToken(newFamilyId(), tagKey);
  for (let place = 0; place < token.length; place += 1) {
    const other = token.charAt(place) === 'A' ? 'B' : 'A';
    assert.equal(familyOf(token.slice(0, place) + other + token.slice(place + 1), tagKey), undefined, `${place}`);
  }
});

test('a text that is not exactly a refresh token has no family', () => {
  const token = newRefreshToken(newFamilyId(), tagKey);
  for (const text of [
    '',
    'x',
    'bindery_refresh_',
    token.slice(0, -1),
    `${token}A`,
    `${token}\n`,
    ` ${token}`,
    token.toUpperCase(),
    token.replace('bindery_refresh_', 'bindery_secret_'),
    `bindery_refresh_${'0'.repeat(87)}`,
    'x'.repeat(100_000),
  ]) {
    assert.equal(familyOf(text, tagKey), undefined);
  }
});

test('the parts of a token cannot be moved between families', () => {
  const [one, other] = [newRefreshToken(newFamilyId(), tagKey), newRefreshToken(newFamilyId(), tagKey)];
  const cut = 'bindery_refresh_'.length + 22;
  assert.equal(familyOf(one.slice(0, cut) + other.slice(cut), tagKey), undefined);
});

test('the same token always has the same hash, which reveals nothing about it', () => {
  const token = newRefreshToken(newFamilyId(), tagKey);
  assert.equal(hashRefreshToken(token), hashRefreshToken(token));
  assert.match(hashRefreshToken(token), /^[\w-]{43}$/);
  assert.notEqual(hashRefreshToken(token), hashRefreshToken(`${token}A`));
});

test('a sealed successor opens only with the token before it', () => {
  const familyId = newFamilyId();
  const [before, successor] = [newRefreshToken(familyId, tagKey), newRefreshToken(familyId, tagKey)];
  const sealed = sealSuccessor(successor, before);
  assert.equal(unsealSuccessor(sealed, before), successor);
  assert.ok(!sealed.includes(successor) && !Buffer.from(sealed, 'base64url').includes(successor));
  for (const other of [successor, newRefreshToken(familyId, tagKey), hashRefreshToken(before), '']) {
    assert.throws(() => unsealSuccessor(sealed, other));
  }
  assert.notEqual(sealSuccessor(successor, before), sealed);
});

test('a sealed successor that was changed does not open', () => {
  const before = newRefreshToken(newFamilyId(), tagKey);
  const bytes = Buffer.from(sealSuccessor('x', before), 'base64url');
  for (const place of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    assert.throws(() => unsealSuccessor(changed.toString('base64url'), before));
  }
});
