import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName } from './name.ts';

test('a name is trimmed and can be in any script', () => {
  assert.equal(parseName('  Bygg & Søn A/S '), 'Bygg & Søn A/S');
  assert.equal(parseName('名'), '名');
  assert.equal(parseName('x'.repeat(80)), 'x'.repeat(80));
});

test('a name that is empty, too long or contains control characters is refused', () => {
  for (const name of ['', '  ', 'x'.repeat(81), 'a\0b', 'a\nb', 'a\u001b[2Jb', 'a\u0085b', 'a\ud800']) {
    assert.throws(() => parseName(name), { code: 'invalid_input' }, JSON.stringify(name));
  }
});
