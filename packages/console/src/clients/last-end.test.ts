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

test('a client works until the last of its secrets ends, in whatever order they were made', () => {
  assert.equal(endOf(early), early);
  assert.equal(endOf(early, late), late);
  assert.equal(endOf(late, early), late);
});

test('a client with a secret without an end has none itself, and one without secrets has nothing to end', () => {
  assert.equal(endOf(early, null), null);
  assert.equal(endOf(null, early), null);
  assert.equal(endOf(), undefined);
});
