import assert from 'node:assert/strict';
import { test } from 'node:test';
import { etagOf, isCached } from './etag.ts';

const isListed = (header: string | undefined, etag = '"a"') => isCached({ headers: { 'if-none-match': header } }, etag);

test('If-None-Match is a list with optional spaces, compared weakly', () => {
  for (const header of ['"a"', 'W/"a"', '"b","a"', '"b" ,  W/"a" ', '*', ' * ']) {
    assert.equal(isListed(header), true, header);
    assert.equal(isListed(header, 'W/"a"'), true, header);
  }
  for (const header of [undefined, '', ',', 'a', '"A"', '"b"', 'w/"a"', '"a" "b"', '"aa"']) {
    assert.equal(isListed(header), false, String(header));
  }
});

test('an ETag is that of the body', () => {
  assert.match(etagOf('a'), /^"[\w-]{43}"$/);
  assert.notEqual(etagOf('a'), etagOf('b'));
});

test('a header full of spaces takes time in proportion to its length', () => {
  const started = performance.now();
  assert.equal(isListed(`"b"${' '.repeat(300_000)}x`), false);
  // Under a millisecond; it took minutes when the separator was a pattern with spaces on both sides.
  assert.ok(performance.now() - started < 5000);
});
