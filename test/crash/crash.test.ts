import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashRounds } from './rounds.ts';

const rounds = 20;

test('nothing acknowledged is lost when the server and a writer are killed 20 times', async () => {
  const tally = await runCrashRounds(rounds);
  // Otherwise there was nothing that could have been lost.
  const { rounds: _rounds, ...counts } = tally;
  assert.ok(
    Object.values(counts).every((count) => count > rounds),
    JSON.stringify(tally),
  );
});
