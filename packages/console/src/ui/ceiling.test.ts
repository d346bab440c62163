import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceiling } from './ceiling.ts';

test('the top of a chart is round, at or above the largest value, and its half is a whole number', () => {
  const tops = [1, 2, 3, 5, 7, 9, 11, 43, 50, 99, 101, 4321].map((value) => [value, ceiling(value)]);
  assert.deepEqual(tops, [
    ...[
      [1, 1],
      [2, 2],
      [3, 4],
      [5, 6],
      [7, 8],
      [9, 10],
    ],
    ...[
      [11, 20],
      [43, 50],
      [50, 50],
      [99, 100],
      [101, 200],
      [4321, 5000],
    ],
  ]);
  for (let value = 2; value < 3000; value += 1) {
    const top = ceiling(value);
    assert.ok(top >= value && top % 2 === 0, `${value}: ${top}`);
  }
});
