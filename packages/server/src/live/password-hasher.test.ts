import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasswordQueueFullError } from '../domain/password.ts';
import { QueuedPasswordHasher } from './password-hasher.ts';

test('without a stored hash the password is wrong, and a real hash is computed', async () => {
  const hasher = new QueuedPasswordHasher();
  for (const password of ['', 'x', 'correct horse battery']) {
    assert.equal(await hasher.verify(password, null), false);
  }
  assert.equal(hasher.total, 3);
});

test('two hashes run at a time, further ones wait in order, and beyond the queue they are refused', async () => {
  const hasher = new QueuedPasswordHasher({ runningMax: 2, waitingMax: 3 });
  const order: number[] = [];
  const attempts = Array.from({ length: 5 }, async (_, index) => {
    await hasher.verify('x', null);
    order.push(index);
  });
  await Promise.resolve();
  // Two have begun; only begun work is counted.
  assert.equal(hasher.total, 2);
  await assert.rejects(hasher.verify('x', null), PasswordQueueFullError);
  await Promise.all(attempts);
  assert.equal(hasher.total, 5);
  assert.ok((order[0] ?? 5) < 2, 'a waiting hash starts only after another has ended');
  // The places are free again.
  assert.equal(await hasher.verify('x', null), false);
});

test('a hash that fails frees its place', async () => {
  const hasher = new QueuedPasswordHasher({ runningMax: 1, waitingMax: 0 });
  // Argon2 needs 8 KiB for each lane.
  const impossible = '$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await assert.rejects(hasher.verify('x', impossible));
  assert.equal(await hasher.verify('x', null), false);
});
