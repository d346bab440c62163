import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { OAuthError } from '../errors.ts';
import type { LimiterFactory } from '../store/database.ts';
import { createMemoryLimiter } from '../store/rate-limits.ts';
import { GuessLimits } from './guess-limits.ts';

const few = { clientPerMinute: 3, userPerMinute: 2, userPerHour: 4, networkPerMinute: 6 };

/** How many of the attempts were allowed. */
async function passed(attempts: readonly Promise<void>[]): Promise<number> {
  const results = await Promise.allSettled(attempts);
  for (const result of results) {
    assert.ok(result.status === 'fulfilled' || isTooMany(result.reason));
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}

function isTooMany(error: unknown): boolean {
  return error instanceof OAuthError && error.code === 'too_many_requests' && (error.retryAfterSeconds ?? 0) >= 1;
}

const times = (number: number, ask: (index: number) => Promise<void>) =>
  Array.from({ length: number }, (_, i) => ask(i));

test('a client is counted by id and network, exactly, however many requests are concurrent', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  assert.equal(await passed(times(100, () => limits.countWrongSecret('one', 'here'))), 3);
  // The network is over its limit as well; other networks are not.
  assert.equal(await passed(times(100, () => limits.countWrongSecret('one', 'there'))), 3);
});

test('a network is counted across all clients', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  assert.equal(await passed(times(100, (index) => limits.countWrongSecret(`${index}`, 'here'))), 6);
});

test('a user is counted per network, and per hour across networks; a known network is exempt from the hourly limit', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  assert.equal(await passed(times(10, () => limits.countPassword('ana', 'here', undefined))), 2);
  assert.equal(await passed(times(10, (index) => limits.countPassword('ana', `${index}`, undefined))), 2);
  assert.equal(await passed(times(10, () => limits.countPassword('ana', 'home', 'network'))), 2);
  assert.equal(await passed(times(10, (index) => limits.countPassword('bob', `b${index}`, undefined))), 4);
});

test('secrets, passwords and links do not count against each other', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  assert.equal(await passed(times(100, (index) => limits.countWrongSecret(`${index}`, 'here'))), 6);
  assert.equal(await passed(times(100, (index) => limits.countLink(`${index}`, 'here'))), 6);
  assert.equal(await passed(times(100, (index) => limits.countPassword(`${index}`, 'here', undefined))), 6);
});

test('a known device counts by itself, and a known network apart from strangers', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  await passed(times(100, (index) => limits.countPassword(`${index}`, 'here', undefined)));
  await passed(times(100, () => limits.countPassword('ana', 'here', undefined)));
  assert.equal(await passed(times(10, () => limits.countPassword('bob', 'here', 'network'))), 2);
  // Of all users who signed in from a network, four times as many as of strangers.
  assert.equal(await passed(times(100, (index) => limits.countPassword(`${index}`, 'here', 'network'))), 22);
  assert.equal(await passed(times(10, () => limits.countPassword('ana', 'here', { device: 'one' }))), 2);
  assert.equal(await passed(times(10, () => limits.countPassword('ana', 'here', { device: 'two' }))), 2);
});

test('IPv6 is also counted by /56 and /48, with higher limits; what a smaller network refuses costs its neighbours nothing', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  const network = (index: number) => `2001:db8:1:${index.toString(16)}::/64`;
  await passed(times(1000, () => limits.countWrongSecret('x', network(1))));
  assert.equal(await passed(times(100, (index) => limits.countWrongSecret('x', network(2 + index)))), 24 - 6);
  assert.equal(await passed(times(1000, (index) => limits.countWrongSecret('x', network(256 + index * 16)))), 96 - 24);
  assert.equal(await passed([limits.countWrongSecret('x', '2001:db8:2:1::/64')]), 1);
});

test('a correct password is taken back from every counter', async () => {
  const limits = new GuessLimits(few, createMemoryLimiter);
  for (let round = 0; round < 20; round += 1) {
    await limits.countPassword('ana', 'here', undefined);
    await limits.forgivePassword('ana', 'here', undefined);
  }
  assert.equal(await passed(times(10, () => limits.countPassword('ana', 'here', undefined))), 2);
});

test('the time to wait is at most the window, and then counting starts again', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2030, 0, 1) });
  try {
    const limits = new GuessLimits(few, createMemoryLimiter);
    await passed(times(3, () => limits.countWrongSecret('one', 'here')));
    mock.timers.tick(20_000);
    await assert.rejects(
      limits.countWrongSecret('one', 'here'),
      (error: unknown) => error instanceof OAuthError && error.retryAfterSeconds === 40,
    );
    mock.timers.tick(39_000);
    await assert.rejects(limits.countWrongSecret('one', 'here'), isTooMany);
    mock.timers.tick(1001);
    assert.equal(await passed(times(10, () => limits.countWrongSecret('one', 'here'))), 3);
  } finally {
    mock.timers.reset();
  }
});

test('259: nobody is let through while a counter is unreachable', async () => {
  const failing: LimiterFactory = (name, points, seconds) => {
    const limiter = createMemoryLimiter(name, points, seconds);
    limiter.consume = () => Promise.reject(new Error('the counter is gone'));
    return limiter;
  };
  const limits = new GuessLimits(few, failing);
  await assert.rejects(limits.countWrongSecret('one', 'here'), /the counter is gone/);
  await assert.rejects(limits.countPassword('ana', 'here', 'network'), /the counter is gone/);
});
