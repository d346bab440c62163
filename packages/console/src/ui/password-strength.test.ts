import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strengthOf } from './password-strength.ts';

const strengthFor = (password: string, known: readonly string[] = []) => strengthOf(password, known, 12).word;

test('a password below the minimum length is too short, whatever its characters', () => {
  assert.equal(strengthFor('x9!Kq#2mZ@7'), 'short');
  assert.equal(strengthOf('x9!Kq#2mZ@7', [], 8).word, 'good');
});

test('a long password of common words, repeats or runs is weak', () => {
  for (const password of ['password123456', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', 'qwertyqwerty12']) {
    assert.equal(strengthFor(password), 'weak', password);
  }
});

test('words known about the person add no strength', () => {
  assert.equal(strengthFor('annalindgren!', ['Anna Lindgren', 'anna@example.com']), 'weak');
});

test('several unrelated words are strong', () => {
  assert.equal(strengthFor('copper violin marsh ladder'), 'strong');
});
