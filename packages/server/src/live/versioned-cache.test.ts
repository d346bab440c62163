import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailableError } from '../store/unavailable.ts';
import { VersionedCache, type VersionedCacheOptions } from './versioned-cache.ts';

type Text = string | undefined;

/** A store that a test changes, whose readings it lets finish one by one. */
function createStore(options: Partial<VersionedCacheOptions<string, Text>> = {}) {
  const store = { version: 1, now: 1_000_000, value: 'a' as Text };
  const readings: { readonly key: string; readonly finish: (value?: Text) => void; readonly fail: () => void }[] = [];
  const cache = new VersionedCache<string, Text>({
    version: () => store.version,
    now: () => store.now,
    read(key) {
      const { promise, resolve, reject } = Promise.withResolvers<Text>();
      readings.push({
        key,
        finish: (value = store.value) => resolve(value),
        fail: () => reject(new StoreUnavailableError('no answer')),
      });
      return promise;
    },
    entriesMax: 2,
    ...options,
  });
  return { cache, store, readings };
}

test('a hit returns the value itself, without a promise, until the store changes', async () => {
  const { cache, store, readings } = createStore();
  const first = cache.get('key');
  assert.ok(first instanceof Promise);
  readings[0]?.finish();
  assert.equal(await first, 'a');
  assert.equal(cache.get('key'), 'a');
  store.version += 1;
  assert.ok(cache.get('key') instanceof Promise);
  assert.equal(readings.length, 2);
});

test('requests that see the same change wait for one reading of it, per key', async () => {
  const { cache, readings } = createStore();
  const gets = [cache.get('key'), cache.get('other'), cache.get('key'), cache.get('key')];
  assert.deepEqual(
    readings.map(({ key }) => key),
    ['key', 'other'],
  );
  for (const { finish } of readings) {
    finish();
  }
  assert.deepEqual(await Promise.all(gets), ['a', 'a', 'a', 'a']);
});

test('a request after a change does not wait for the reading from before it', async () => {
  const { cache, store, readings } = createStore();
  const before = cache.get('key');
  store.version += 1;
  const after = cache.get('key');
  assert.equal(readings.length, 2);
  readings[1]?.finish('new');
  assert.equal(await after, 'new');
  readings[0]?.finish('old');
  assert.equal(await before, 'new', 'an older reading never overwrites a newer one');
  assert.equal(cache.get('key'), 'new');
});

test('what was read before a change is not a hit after it', async () => {
  const { cache, store, readings } = createStore();
  const before = cache.get('key');
  store.version += 1;
  readings[0]?.finish('old');
  assert.equal(await before, 'old');
  assert.ok(cache.get('key') instanceof Promise);
});

test('with isOlder, an older value never replaces a newer one, whenever its reading began', async () => {
  const { cache, store, readings } = createStore({ isOlder: (value, known) => Number(value) < Number(known) });
  const first = cache.get('key');
  store.version += 1;
  const second = cache.get('key');
  readings[0]?.finish('11');
  assert.equal(await first, '11');
  readings[1]?.finish('10');
  assert.equal(await second, '11');
  assert.equal(cache.get('key'), '11', 'and it is current for the later reading');
});

test('undefined is read each time and takes no room', async () => {
  const { cache, store, readings } = createStore();
  store.value = undefined;
  for (let guess = 0; guess < 10; guess += 1) {
    const found = cache.get(`guess ${guess}`);
    readings[guess]?.finish();
    assert.equal(await found, undefined);
  }
  assert.ok(cache.get('guess 0') instanceof Promise);
  store.value = 'a';
  for (const key of ['one', 'two']) {
    void cache.get(key);
    readings.at(-1)?.finish();
    await wait();
    assert.equal(cache.get(key), 'a');
  }
});

test('a value that no longer exists is dropped', async () => {
  const { cache, store, readings } = createStore();
  void cache.get('key');
  readings[0]?.finish();
  await wait();
  store.version += 1;
  const gone = cache.get('key');
  readings[1]?.finish(undefined);
  store.value = undefined;
  assert.equal(await gone, 'a', 'finish without a value gives the value of the store');
  store.version += 1;
  const later = cache.get('key');
  readings[2]?.finish();
  assert.equal(await later, undefined);
  assert.ok(cache.get('key') instanceof Promise);
});

test('the number of values is bounded; those of an earlier version make room', async () => {
  const { cache, store } = createStore({ read: (key) => key });
  assert.deepEqual([cache.get('one'), cache.get('two'), cache.get('three')], ['one', 'two', 'three']);
  let reads = 0;
  const counting = createStore({
    read(key) {
      reads += 1;
      return key;
    },
  });
  for (const key of ['one', 'two', 'three', 'one', 'two', 'three']) {
    void counting.cache.get(key);
  }
  assert.equal(reads, 4, 'the third has no room and is read each time');
  counting.store.version += 1;
  void counting.cache.get('three');
  void counting.cache.get('three');
  assert.equal(reads, 5, 'after a change it has');
  assert.equal(store.version, 1);
});

test('a failed reading rejects for all who wait for it, and the next request reads again', async () => {
  const { cache, readings } = createStore();
  const failing = [cache.get('key'), cache.get('key')];
  readings[0]?.fail();
  for (const result of await Promise.allSettled(failing)) {
    assert.equal(result.status, 'rejected');
  }
  const next = cache.get('key');
  readings[1]?.finish();
  assert.equal(await next, 'a');
});

test('while the store does not answer, the known value serves until it is too old', async () => {
  const { cache, store, readings } = createStore();
  void cache.get('key');
  readings[0]?.finish();
  await wait();
  store.version += 1;
  const options = { staleMilliseconds: 1000, waitMilliseconds: 5 };
  const failed = cache.getOrStale('key', options);
  readings[1]?.fail();
  assert.equal(await failed, 'a', 'it fails');
  assert.equal(await cache.getOrStale('key', options), 'a', 'it hangs');
  store.now += 1000;
  assert.equal(await cache.getOrStale('key', options), 'a');
  store.now += 1;
  assert.equal(await cache.getOrStale('key', options), undefined);
  readings[2]?.finish('b');
  await wait();
  assert.equal(cache.getOrStale('key', options), 'b', 'it answers again');
});

test('without a known value there is no fallback, and an error of another kind is not hidden', async () => {
  const { cache, store, readings } = createStore();
  const options = { staleMilliseconds: 1000, waitMilliseconds: 5 };
  const first = cache.getOrStale('key', options);
  readings[0]?.fail();
  await assert.rejects(async () => first, StoreUnavailableError);
  const broken = createStore({
    read: async () => {
      if (broken.store.version > 1) {
        throw new Error('a bug');
      }
      return 'a';
    },
  });
  await broken.cache.get('key');
  broken.store.version += 1;
  await assert.rejects(async () => broken.cache.getOrStale('key', options), /a bug/);
  assert.equal(store.version, 1);
});

test('refresh() reads even if nothing has changed', async () => {
  const { cache, readings } = createStore();
  void cache.get('key');
  readings[0]?.finish();
  await wait();
  const refreshed = cache.refresh('key');
  readings[1]?.finish('b');
  assert.equal(await refreshed, 'b');
  assert.equal(cache.get('key'), 'b');
});
