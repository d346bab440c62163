import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCutoffList, type GuardKey } from '@bindery/guard/issuer';
import { oncePerTurn } from './once-per-turn.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A store that another process may change, and sources that read it; every call is counted. */
function createStore() {
  const asked = { version: 0, keys: 0, cutoffs: 0 };
  const store = {
    ...{ version: 1, now: 1_000_000, list: createCutoffList(1), keys: new Map<string, GuardKey>() },
    gate: Promise.resolve(),
  };
  store.keys.set('key', { kid: 'key', alg: 'ES256', key: publicKey });
  const sources = oncePerTurn(
    {
      keys: {
        async find(kid) {
          asked.keys += 1;
          const key = store.keys.get(kid);
          await store.gate;
          return key;
        },
      },
      cutoffs: {
        current() {
          asked.cutoffs += 1;
          return store.list;
        },
      },
    },
    {
      dataVersion() {
        asked.version += 1;
        return store.version;
      },
      now: () => store.now,
    },
  );
  return { asked, store, sources };
}

test('all requests of one turn check the store once, and those of a later turn again', async () => {
  const { asked, store, sources } = createStore();
  for (let request = 0; request < 5; request += 1) {
    assert.equal((await sources.keys.find('key'))?.key, publicKey);
    assert.equal(sources.cutoffs.current(), store.list);
  }
  assert.deepEqual(asked, { version: 1, keys: 1, cutoffs: 1 });
  await nextTurn();
  void sources.cutoffs.current();
  assert.deepEqual(asked, { version: 2, keys: 1, cutoffs: 1 }, 'nothing has changed');
});

test('a change of the store is seen from the next turn on', async () => {
  const { store, sources } = createStore();
  await sources.keys.find('key');
  void sources.cutoffs.current();
  store.version += 1;
  store.list = createCutoffList(2);
  store.keys.clear();
  await nextTurn();
  assert.equal(sources.cutoffs.current(), store.list);
  assert.equal(await sources.keys.find('key'), undefined);
});

test('keys and cut-offs are read again after a second, because they also depend on the clock', async () => {
  const { asked, store, sources } = createStore();
  for (const [milliseconds, times] of [
    [0, 1],
    [999, 1],
    [1000, 2],
    [-5000, 3],
  ] as const) {
    store.now = 1_000_000 + milliseconds;
    await nextTurn();
    await sources.keys.find('key');
    void sources.cutoffs.current();
    assert.deepEqual([asked.keys, asked.cutoffs], [times, times], `${milliseconds} ms`);
  }
});

test('a value that had to be waited for is not kept for a later version', async () => {
  const { asked, store, sources } = createStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.gate = promise;
  const late = sources.keys.find('key');
  store.version += 1;
  store.keys.clear();
  await nextTurn();
  void sources.cutoffs.current();
  resolve();
  assert.equal((await late)?.kid, 'key', 'it was requested before the change');
  assert.equal(await sources.keys.find('key'), undefined);
  assert.equal(asked.keys, 2);
});

test('an unknown key is looked up each time', async () => {
  const { asked, sources } = createStore();
  for (let request = 1; request <= 2; request += 1) {
    assert.equal(await sources.keys.find('other'), undefined);
    assert.equal(asked.keys, request);
  }
});
