import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { knownDeviceMilliseconds, knownDeviceOf, rememberDevice } from './known-device.ts';

const key = randomBytes(32);
const now = Date.UTC(2030, 0, 1);

test('a device is known to the users who signed in with it, until the mark expires', () => {
  const marks = rememberDevice(undefined, 'ana', key, now);
  const id = knownDeviceOf(marks, 'ana', key, now + knownDeviceMilliseconds - 1000);
  assert.match(id ?? '', /^[0-9A-Za-z]{22}$/);
  assert.equal(knownDeviceOf(marks, 'ana', key, now + knownDeviceMilliseconds), undefined);
  assert.equal(knownDeviceOf(marks, 'bob', key, now), undefined);
  assert.equal(knownDeviceOf(marks, 'ana', randomBytes(32), now), undefined);
  assert.equal(knownDeviceOf(undefined, 'ana', key, now), undefined);
});

test('a device remembers its last three users, each once', () => {
  let marks: string | undefined;
  for (const user of ['ana', 'bob', 'ana', 'cleo', 'dora']) {
    marks = rememberDevice(marks, user, key, now);
  }
  assert.equal(marks?.split('.').length, 3);
  const known = ['ana', 'bob', 'cleo', 'dora'].filter((user) => knownDeviceOf(marks, user, key, now) !== undefined);
  assert.deepEqual(known, ['ana', 'cleo', 'dora']);
});

test('a mark that was changed in any place is none', () => {
  const marks = rememberDevice(undefined, 'ana', key, now);
  for (let i = 0; i < marks.length; i += 1) {
    const changed = marks.slice(0, i) + (marks[i] === '1' ? '2' : '1') + marks.slice(i + 1);
    assert.equal(knownDeviceOf(changed, 'ana', key, now), undefined, changed);
  }
  for (const text of ['', '.', '...', 'a-1-b', `${marks}x`, 'x'.repeat(10_000)]) {
    assert.equal(knownDeviceOf(text, 'ana', key, now), undefined);
  }
});
