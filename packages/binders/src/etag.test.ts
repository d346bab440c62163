import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEtag, isNoneMatchHit, parseIfMatch } from './etag.ts';

test('If-Match lists the versions that may be changed; weak and foreign tags name none', () => {
  assert.equal(createEtag(3), '"3"');
  assert.equal(parseIfMatch(undefined), 'any');
  assert.equal(parseIfMatch(' * '), 'any');
  assert.deepEqual(parseIfMatch('"3"'), [3]);
  assert.deepEqual(parseIfMatch('"3", "x" ,W/"4","5"'), [3, 5]);
  for (const header of ['', '3', 'W/"3"', '"03"', '"0"', '"-1"', '"3', '"1e3"', '"9999999999999999"', "'3'"]) {
    assert.deepEqual(parseIfMatch(header), [], header);
  }
});

test('If-None-Match is compared weakly', () => {
  for (const header of ['"3"', 'W/"3"', '"1", "3"', '*']) assert.ok(isNoneMatchHit(header, 3), header);
  for (const header of [undefined, '', '3', '"33"', '"4"']) assert.ok(!isNoneMatchHit(header, 3), header ?? 'absent');
});
