import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLostRace, isStoreUnavailable, StoreUnavailableError } from './unavailable.ts';

function withCode(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}

test('a lost connection, a full disk, a shutdown, a time limit and a failover mean "not now", on both databases', () => {
  const postgres = ['08006', '08P01', '53100', '53300', '57P01', '57P02', '57P03', '57014', '25006', '58030', '40P01'];
  const sqlite = [
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_FULL',
    'SQLITE_IOERR_WRITE',
    'SQLITE_READONLY',
    'SQLITE_CANTOPEN',
  ];
  for (const code of [...postgres, ...sqlite]) {
    assert.ok(isStoreUnavailable(withCode(code)), code);
  }
  assert.ok(isStoreUnavailable(new StoreUnavailableError('gone')));
});

test('an error with such a cause counts as well', () => {
  const error = new Error('outer', { cause: new Error('middle', { cause: withCode('57P01') }) });
  assert.ok(isStoreUnavailable(error));
});

test('a bug does not count, and neither does a value that is not an error', () => {
  for (const code of [
    '23505',
    '42601',
    '42P01',
    '22021',
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_ERROR',
    'ERR_ASSERTION',
  ]) {
    assert.equal(isStoreUnavailable(withCode(code)), false, code);
  }
  for (const thrown of [undefined, null, '57P01', { code: '57P01' }, new TypeError('no')]) {
    assert.equal(isStoreUnavailable(thrown), false);
  }
});

test('only a deadlock and a failed serialization are races to retry', () => {
  assert.deepEqual(
    ['40001', '40P01', '57014', '23505'].map((code) => isLostRace(withCode(code))),
    [true, true, false, false],
  );
});
