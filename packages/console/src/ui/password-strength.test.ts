import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strengthOf } from './password-strength.ts';

test('fewer than twelve characters are too short, whatever they are', () => {
  assert.equal(strengthOf('x9!Kq#2mZ@7', []).word, 'short');
});

test('a long password of common words, repeats or runs is weak', () => {
  for (const password of ['password123456', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', 'qwertyqwerty12']) {
    assert.equal(strengthOf(password, []).word, 'weak', password);
  }
});

test('what is known of the person adds nothing', () => {
  assert.equal(strengthOf('annalindgren!', ['Anna Lindgren', 'anna@example.com']).word, 'weak');
});

test('several unrelated words are strong', () => {
  assert.equal(strengthOf('copper violin marsh ladder', []).word, 'strong');
});
