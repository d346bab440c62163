import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastEndOf } from './last-end.ts';

const [early, late] = ['2031-01-01T00:00:00.000Z', '2031-02-01T00:00:00.000Z'];

function endOf(...ends: readonly (string | null)[]): string | null | undefined {
  const dates = { createdAt: early, lastUsedAt: null, lastUsedAddress: null };
  return lastEndOf({
    secrets: ends.map((expiresAt, index) => ({ id: `${index}`, lastFour: 'abcd', ...dates, expiresAt })),
  });
}

test('a client works until the last of its secrets expires, in whatever order they were created', () => {
  assert.equal(endOf(early), early);
  assert.equal(endOf(early, late), late);
  assert.equal(endOf(late, early), late);
});

test('a client with a secret that never expires does not expire, and one without secrets has no expiry', () => {
  assert.equal(endOf(early, null), null);
  assert.equal(endOf(null, early), null);
  assert.equal(endOf(), undefined);
});
