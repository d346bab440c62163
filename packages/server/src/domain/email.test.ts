import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import { parseEmail } from './email.ts';

test('an address is stored in lower case and otherwise unchanged', () => {
  assert.equal(parseEmail('Ana@Example.COM'), 'ana@example.com');
  assert.equal(parseEmail('ÅSA@exämple.se'), 'åsa@exämple.se');
  assert.equal(parseEmail("o'neil+tag@sub.example.com"), "o'neil+tag@sub.example.com");
});

test('a text that is not an address is refused, with an example', () => {
  for (const text of [
    '',
    'ana',
    '@example.com',
    'ana@',
    'ana@@example.com',
    'ana@b@c',
    'ana @example.com',
    ' ana@example.com',
    'ana@example.com\n',
    'ana\u0000@example.com',
    'ana\u007f@example.com',
    '\ud800@example.com',
    `${'x'.repeat(250)}@example.com`,
  ]) {
    assert.throws(
      () => parseEmail(text),
      (error: unknown) =>
        error instanceof ApiError && error.code === 'invalid_input' && error.fields?.['email'] !== undefined,
      JSON.stringify(text),
    );
  }
});
