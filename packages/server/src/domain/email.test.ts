import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import { foldEmail, parseEmail } from './email.ts';

test('ASCII letters of an address are stored in lower case, and everything else unchanged', () => {
  assert.equal(parseEmail('Ana@Example.COM'), 'ana@example.com');
  assert.equal(parseEmail('ÅSA@exämple.se'), 'Åsa@exämple.se');
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

test('9.10 a character that lower-casing or NFKC turns into ASCII is refused, and named as the reason', () => {
  for (const character of ['\u212a', '\u0130', 'ａ', '＠', 'ﬁ', 'ª', '²', '½', '․', 'ſ', '\u{1d41a}', 'ⓐ', '\u00a8']) {
    for (const text of [`an${character}@example.com`, `ana@ex${character}mple.com`]) {
      assert.throws(
        () => parseEmail(text),
        (error: unknown) => error instanceof ApiError && error.fields?.['email']?.[0] === error.message,
        JSON.stringify(text),
      );
    }
  }
  for (const text of [
    'straße@exämple.de',
    'ıø@example.com',
    'ユーザー@例え.jp',
    'αβγ@example.gr',
    'Ångström@example.se',
  ]) {
    assert.equal(parseEmail(text), text.toLowerCase() === text ? text : foldEmail(text));
  }
});
