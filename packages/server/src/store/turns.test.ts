import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';
import { ReadRefusedError } from './unavailable.ts';

const limits = { atOnce: 2, atOncePerParty: 1, waitingPerParty: 3, waiting: 4, waitMilliseconds: 60_000 };

/** Takes a turn, and notes when it begins. */
function take(turns: Turns, party: string, begun: string[], name = party): Promise<() => void> {
  return turns.take(party).then((end) => {
    begun.push(name);
    return end;
  });
}

/** Lets everything go on that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('9.3: parties take turns, and one that asks for much never has every place', async () => {
  const turns = new Turns(limits);
  const begun: string[] = [];
  const first = await take(turns, 'busy', begun, 'busy 1');
  const second = take(turns, 'busy', begun, 'busy 2');
  const third = take(turns, 'busy', begun, 'busy 3');
  await settle();
  assert.deepEqual(begun, ['busy 1'], 'a second place is left free');
  const quiet = await take(turns, 'quiet', begun);
  const other = take(turns, 'other', begun);
  first();
  await settle();
  assert.deepEqual(begun, ['busy 1', 'quiet', 'busy 2']);
  (await second)();
  await settle();
  assert.deepEqual(begun, ['busy 1', 'quiet', 'busy 2', 'other'], 'whoever waits comes before a third of one party');
  quiet();
  (await other)();
  (await third)();
});

test('9.3: what waits is bounded for each party and for all', async () => {
  const turns = new Turns(limits);
  const end = await turns.take('busy');
  const waiting = [turns.take('busy'), turns.take('busy'), turns.take('busy')];
  await assert.rejects(turns.take('busy'), ReadRefusedError);
  const ends = [end, await turns.take('a')];
  const others = [turns.take('b')];
  await assert.rejects(turns.take('c'), ReadRefusedError);
  for (const next of [...waiting, ...others]) {
    ends.shift()?.();
    await settle();
    void next.then((done) => ends.push(done));
    await settle();
  }
  for (const done of ends) done();
  (await turns.take('c'))();
});

test('9.3: who waits too long is told so, and holds nobody up', async () => {
  const turns = new Turns({ ...limits, waitMilliseconds: 1 });
  const end = await turns.take('busy');
  await assert.rejects(turns.take('busy'), ReadRefusedError);
  end();
  (await turns.take('busy'))();
});
