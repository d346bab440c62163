import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from './duration.ts';

test('a duration is a whole number and one unit', () => {
  assert.equal(parseDuration('45s'), 45_000);
  assert.equal(parseDuration('30m'), 1_800_000);
  assert.equal(parseDuration('24h'), 86_400_000);
  assert.equal(parseDuration('90d'), 7_776_000_000);
  assert.equal(parseDuration('36525d'), 36_525 * 86_400_000);
});

test('any other text, zero, and more than a hundred years is not a duration', () => {
  for (const text of [
    '',
    '0s',
    '00s',
    '-1h',
    '1',
    'h',
    '1.5h',
    '1e3s',
    '1 h',
    ' 1h',
    '1h ',
    '1H',
    '1w',
    '1y',
    '36526d',
    '9999999999s',
  ]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});
