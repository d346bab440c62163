import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemOfText, tidyText } from './text.ts';

describe('9.13 one rule for every text that people type', () => {
  test('names of any script are fine', () => {
    for (const text of [
      ...['Acme', 'Bygg & Søn A/S', 'Zoë', '名', '한국', 'עברית', 'العربية', 'हिन्दी', 'ไทย', "O'Neill", '3M', '!'],
      // Joiners and variation selectors where a script needs them.
      ...['می\u200cخواهم', 'क्\u200dष', '👩\u200d💻', '👩🏽\u200d🚀', '❤\ufe0f\u200d🔥', '❤️', '葛\u{e0100}'],
    ]) {
      assert.equal(problemOfText(tidyText(text)), undefined, text);
    }
  });

  test('control characters are refused, and those that change the direction of text, balanced or not', () => {
    for (const text of ['a\0b', 'a\nb', 'a\u001b[2Jb', 'a\u0085b', 'a\u009b2Jb', 'a\u007fb', 'a\u2028b', 'a\u2029b']) {
      assert.equal(problemOfText(tidyText(text)), 'must not contain control characters', JSON.stringify(text));
    }
    for (const mark of [...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c']) {
      assert.equal(problemOfText(`a${mark}b`), 'must not contain control characters', JSON.stringify(mark));
    }
    assert.equal(problemOfText('a\u2067b\u2069c'), 'must not contain control characters');
    assert.equal(problemOfText('a\nb', { lineBreaks: true }), undefined);
    assert.equal(problemOfText('a\rb', { lineBreaks: true }), 'must not contain control characters');
  });

  test('invisible characters are refused inside, and so are joiners where no script needs them', () => {
    for (const mark of ['\u200b', '\u2060', '\ufeff', '\u00ad', '\u3164', '\u115f', '\u{e0061}', '\u034f', '\ufe0f']) {
      assert.equal(problemOfText(`Ac${mark}me`), 'must not contain invisible characters', JSON.stringify(mark));
    }
    for (const text of ['Ac\u200dme', 'Ac\u200cme', 'a\u0301\u200dm', '\u200dme', 'می\u200c', '👩\u200d']) {
      assert.equal(problemOfText(text), 'must not contain invisible characters', JSON.stringify(text));
    }
  });

  test('what nobody can see is empty', () => {
    for (const text of [
      '',
      ' ',
      '\u200b',
      '\u200b \u200b',
      '\u2060',
      '\u2800',
      '\u3164',
      '\ufeff',
      '\u00a0',
      '\u0301',
    ]) {
      assert.equal(problemOfText(tidyText(text)), 'must not be empty', JSON.stringify(text));
    }
    assert.equal(problemOfText('', { mayBeEmpty: true }), undefined);
    assert.equal(problemOfText('\u3164', { mayBeEmpty: true }), 'must not be empty');
  });

  test('half of a surrogate pair is refused', () => {
    assert.equal(problemOfText('a\ud800'), 'must not contain half of a character');
    assert.equal(problemOfText('\udc00a'), 'must not contain half of a character');
  });

  test('the stored form is composed and has nothing invisible at its ends', () => {
    assert.equal(tidyText(' \u200bAcme\u2060\u00a0'), 'Acme');
    assert.equal(tidyText('Zoe\u0308'), 'Zoë');
    assert.equal(tidyText(`${'\u200b'.repeat(20_000)}a`), 'a');
  });
});
