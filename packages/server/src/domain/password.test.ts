import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import { checkNewPassword, isOutdatedHash, PasswordHasher, PasswordQueueFullError } from './password.ts';

const isRefusal = (error: unknown) => error instanceof ApiError && error.code === 'invalid_input';

test('a new password has at least 12 characters, however many bytes each has', () => {
  for (const password of ['x'.repeat(12), ' '.repeat(12), '\u{1f511}'.repeat(12), 'é'.repeat(12), '\n'.repeat(12)]) {
    assert.equal(checkNewPassword(password), password);
  }
  for (const password of ['', 'x'.repeat(11), '\u{1f511}'.repeat(11)]) {
    assert.throws(() => checkNewPassword(password), isRefusal);
  }
});

test('a new password has at most 1,024 bytes, and is text', () => {
  assert.equal(checkNewPassword('x'.repeat(1024)).length, 1024);
  for (const password of ['x'.repeat(1025), 'é'.repeat(513), `${'x'.repeat(12)}\ud800`]) {
    assert.throws(() => checkNewPassword(password), isRefusal);
  }
});

test('the refusal of a password does not repeat it', () => {
  assert.throws(
    () => checkNewPassword('canary'),
    (error: unknown) => error instanceof ApiError && !JSON.stringify([error.message, error.fields]).includes('canary'),
  );
});

test('a password has its hash and no other has it, to the byte', async () => {
  const hasher = new PasswordHasher();
  const password = 'correct horse battery staple';
  const hash = await hasher.hash(password);
  assert.equal(await hasher.verify(password, hash), true);
  for (const other of [`${password} `, ` ${password}`, password.toUpperCase(), password.slice(0, -1), '']) {
    assert.equal(await hasher.verify(other, hash), false, JSON.stringify(other));
  }
});

test('two passwords that differ after their first 72 bytes have different hashes', async () => {
  const hasher = new PasswordHasher();
  const hash = await hasher.hash(`${'x'.repeat(200)}1`);
  assert.equal(await hasher.verify(`${'x'.repeat(200)}2`, hash), false);
});

test('the same password has another hash each time, with its parameters in it', async () => {
  const hasher = new PasswordHasher();
  const hashes = [await hasher.hash('correct horse battery'), await hasher.hash('correct horse battery')];
  assert.notEqual(hashes[0], hashes[1]);
  for (const hash of hashes) {
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    assert.equal(isOutdatedHash(hash), false);
  }
});

test('without a hash the answer is no, at the cost of a real one', async () => {
  const hasher = new PasswordHasher();
  for (const password of ['', 'x', 'correct horse battery']) {
    assert.equal(await hasher.verify(password, null), false);
  }
  assert.equal(hasher.total, 3);
});

test('a hash of a lower cost is known as outdated, and one of another kind is never taken for a match', async () => {
  const weak = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  assert.equal(isOutdatedHash(weak), true);
  assert.equal(await new PasswordHasher().verify('x', weak), false);
  await assert.rejects(new PasswordHasher().verify('x', '$2b$10$abcdefghijklmnopqrstuv'), /another format/);
});

test('at most two hashes run at a time, further ones wait in turn, and beyond that they are refused at once', async () => {
  const hasher = new PasswordHasher({ runningMax: 2, waitingMax: 3 });
  const order: number[] = [];
  const attempts = Array.from({ length: 5 }, async (_, index) => {
    await hasher.verify('x', null);
    order.push(index);
  });
  await Promise.resolve();
  // Two have begun; what is counted is begun work.
  assert.equal(hasher.total, 2);
  await assert.rejects(hasher.verify('x', null), PasswordQueueFullError);
  await Promise.all(attempts);
  assert.equal(hasher.total, 5);
  assert.ok((order[0] ?? 5) < 2, 'what waits begins only when something has ended');
  // The places are free again.
  assert.equal(await hasher.verify('x', null), false);
});

test('a hash that fails gives its place back', async () => {
  const hasher = new PasswordHasher({ runningMax: 1, waitingMax: 0 });
  // Argon2 wants 8 KiB for each lane.
  const impossible = '$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await assert.rejects(hasher.verify('x', impossible));
  assert.equal(await hasher.verify('x', null), false);
});
