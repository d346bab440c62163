import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationIn } from './duration.ts';

test('a duration is written in the largest unit that needs no fraction, one day as hours', () => {
  const written = [45, 600, 5400, 3600, 86_400, 604_800].map((seconds) => durationIn(seconds, 'en'));
  assert.deepEqual(written, ['45 seconds', '10 minutes', '90 minutes', '1 hour', '24 hours', '7 days']);
});

test('a duration follows the language', () => {
  assert.equal(durationIn(3600, 'sv'), '1 timme');
});
