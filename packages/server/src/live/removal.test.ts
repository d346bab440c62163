import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRows, removeInSteps } from './removal.ts';

const pace = { stepMilliseconds: 4, rowsMax: 500, roundMilliseconds: 1000 };

test('9.3: a step takes as many rows as fit into its time, going by the last one', () => {
  assert.equal(nextRows(50, 1, pace), 100, 'at most twice as many');
  assert.equal(nextRows(400, 1, pace), 500, 'up to the most');
  assert.equal(nextRows(100, 8, pace), 50);
  assert.equal(nextRows(100, 4000, pace), 20, 'but never none');
});

/** Something of which there are `left`; each row takes `milliseconds` of the clock. */
function removalOf(left: number, milliseconds: number) {
  const clock = { now: 0 };
  const steps: number[] = [];
  return {
    steps,
    clock: () => clock.now,
    remove: async (limit: number) => {
      const removed = Math.min(limit, left);
      left -= removed;
      steps.push(removed);
      clock.now += removed * milliseconds;
      return { removed, milliseconds: removed * milliseconds };
    },
  };
}

test('9.3: steps go on until nothing is left', async () => {
  const { steps, clock, remove } = removalOf(200, 0.04);
  const { signal } = new AbortController();
  assert.equal(await removeInSteps({ name: 'rows', remove }, pace, { signal, clock }), false);
  assert.deepEqual(steps, [50, 100, 50, 0]);
});

test('9.3: after its time a kind leaves the rest for the next round, so that the others have their turn', async () => {
  const { clock, remove } = removalOf(1_000_000, 100);
  const { signal } = new AbortController();
  assert.equal(await removeInSteps({ name: 'rows', remove }, pace, { signal, clock }), true);
  assert.equal(clock(), 5000);
});

test('9.3: a server that stops begins no further step', async () => {
  const stop = new AbortController();
  const remove = async (limit: number) => {
    stop.abort();
    return { removed: limit, milliseconds: 1 };
  };
  assert.equal(await removeInSteps({ name: 'rows', remove }, pace, { signal: stop.signal, clock: () => 0 }), true);
});
