import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ApiError } from '../errors.ts';
import { checkNewPassword } from './new-password.ts';

const listFile = new URL('../../assets/common-passwords.txt.gz', import.meta.url);
const listed = new Set(gunzipSync(readFileSync(listFile)).toString('utf8').split('\n'));
const owner = { email: 'ana.lindqvist@nordwind.example', name: 'Ana Lindqvist' };
const check = (password: string) => checkNewPassword(password, { owner, productName: 'Acme Records', listed });

function reasonOf(password: string): string | undefined {
  try {
    assert.equal(check(password), password);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'invalid_input');
    assert.deepEqual(error.fields, { password: [error.message] });
    return error.reason;
  }
}

describe('9.10 a new password is long enough and hard to guess', () => {
  test('it has at least 12 characters, however many bytes each has', () => {
    for (const password of ['gq7wl2pz0vte', 'ключевая фра', '\n\t kv93 xq 8 ', '🔑🗝🔒🔓🔐🛡⚔🪄🎯🎲🧩🧭']) {
      assert.equal(reasonOf(password), undefined, password);
    }
    for (const password of ['', 'gq7wl2pz0vt', '\u{1f511}'.repeat(11)]) {
      assert.equal(reasonOf(password), 'password_length');
    }
  });

  test('it has at most 1,024 bytes, and is text', () => {
    const long = Array.from({ length: 256 }, (_, index) => `${index}x`.slice(-4).padStart(4, 'q')).join('');
    assert.equal(reasonOf(long), undefined);
    for (const password of [`${long}x`, 'é'.repeat(513), 'gq7wl2pz0vte\ud800']) {
      assert.equal(reasonOf(password), 'password_length');
    }
  });

  test('the refusal does not contain it', () => {
    for (const password of ['canary', 'canarycanary', 'lindqvist2024']) {
      assert.throws(
        () => check(password),
        (error: unknown) =>
          error instanceof ApiError && !JSON.stringify([error.message, error.fields]).includes(password),
      );
    }
  });

  test('a common password is refused: as it is, padded, repeated, with letters replaced, in any case', () => {
    for (const password of [
      'administrator',
      'Administrator',
      '1qaz2wsx3edc4rfv',
      'password1234',
      'Password2024!',
      'P@ssw0rd!2024',
      'p@ssw0rd123456789',
      '!!!sunshine!!!',
      'monkeymonkey',
      'dragondragondrag',
      'letmein123456',
      'qwerty123456',
      '123456789012',
      '987654321098',
      'abcdefghijklm',
      'ABCDEFGHIJKLmno',
      'x'.repeat(12),
      ' '.repeat(20),
      'ababababababab',
      '1212 1212 1212',
      'ｐａｓｓｗｏｒｄ１２３４',
    ]) {
      assert.equal(reasonOf(password), 'password_common', password);
    }
  });

  test("what is little more than the owner's address or name is refused, in any spelling", () => {
    for (const password of [
      'ana.lindqvist@nordwind.example',
      'Ana Lindqvist',
      'lindqvist2024',
      'L1ndqv1st!2024',
      'Lindqvist-Ana-1',
      'nordwind.example',
      'Nordwind 2026!',
      'nordwind123456789',
      'password-lindqvist',
    ]) {
      assert.equal(reasonOf(password), 'password_personal', password);
    }
  });

  test("what is little more than the product's name is refused", () => {
    for (const password of [
      'Acme Records',
      'acmerecords1',
      'bindery12345',
      'B1nd3ry-Bindery!',
      'records-2026!',
      'binderypassword',
    ]) {
      assert.equal(reasonOf(password), 'password_product', password);
    }
  });

  test('a word of the owner or a common one does no harm in a password that is long besides', () => {
    for (const password of [
      'correct horse battery staple',
      'a long password of Ana',
      'lindqvist rides seven green bikes',
      'the bindery smells of old glue',
      'monkey48291736452',
      'nordwind-x7Kq2pV9',
    ]) {
      assert.equal(reasonOf(password), undefined, password);
    }
  });
});
