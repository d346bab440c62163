import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { MemoryLimiter } from './memory-limiter.ts';

/** How many of some attempts with a key are within the limit. */
async function tries(limiter: MemoryLimiter, key: string, times: number): Promise<number> {
  let passed = 0;
  for (let i = 0; i < times; i += 1) {
    await limiter.consume(key, 1).then(
      () => {
        passed += 1;
      },
      (error: unknown) => assert.ok(error instanceof RateLimiterRes),
    );
  }
  return passed;
}

test('a key has so many points in each window, and those that are given back', async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
  try {
    const limiter = new MemoryLimiter(5, 60);
    assert.equal(await tries(limiter, 'a', 10), 5);
    mock.timers.tick(59_999);
    assert.equal(await tries(limiter, 'a', 1), 0);
    mock.timers.tick(1);
    assert.equal(await tries(limiter, 'a', 2), 2);
    await limiter.reward('a', 2);
    await limiter.reward('unknown', 1);
    assert.equal(await tries(limiter, 'a', 10), 5);
  } finally {
    mock.timers.reset();
  }
});

test('9.4 it remembers so many keys, however many come', async () => {
  const limiter = new MemoryLimiter(2, 60, 100);
  for (let i = 0; i < 5000; i += 1) {
    await tries(limiter, `key ${i}`, 1 + (i % 3));
  }
  assert.ok(limiter.size <= 200, String(limiter.size));
});

test('9.4 a counter cannot be reset by trying many other keys', async () => {
  const limiter = new MemoryLimiter(10, 60, 100);
  assert.equal(await tries(limiter, 'guessed', 10), 10);
  for (let i = 0; i < 10_000; i += 1) {
    await tries(limiter, `other ${i}`, 4);
  }
  assert.equal(await tries(limiter, 'guessed', 10), 0);
});

test('keys whose window is over make room first', async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
  try {
    const limiter = new MemoryLimiter(10, 60, 100);
    for (let i = 0; i < 100; i += 1) {
      await limiter.consume(`old ${i}`, 1);
    }
    mock.timers.tick(60_000);
    await limiter.consume('new', 1);
    assert.equal(limiter.size, 1);
  } finally {
    mock.timers.reset();
  }
});
