import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClaims } from './claims.ts';

const tokenOf = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

test('the claims of a token are read, including non-ASCII letters', () => {
  assert.deepEqual(readClaims(tokenOf({ sub: 'client_1', name: 'Åsa ✓' })), { sub: 'client_1', name: 'Åsa ✓' });
});

test('anything that is not a token throws', () => {
  assert.throws(() => readClaims('nothing'));
  assert.throws(() => readClaims(tokenOf(7)));
});
