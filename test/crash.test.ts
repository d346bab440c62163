import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashRounds } from './crash-rounds.ts';

const rounds = 20;

test('nothing that was acknowledged is lost when the server and a writer are killed 20 times', async () => {
  const tally = await runCrashRounds(rounds);
  // Otherwise there was nothing that could have been lost.
  assert.ok(tally.tokens > rounds && tally.creations > rounds && tally.rotations > rounds, JSON.stringify(tally));
});
