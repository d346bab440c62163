import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from './address.ts';

test('an address has one spelling, without port, brackets, quotation marks and zone', () => {
  for (const text of [
    '192.0.2.1',
    ' 192.0.2.1 ',
    '192.0.2.1:80',
    '"192.0.2.1:80"',
    '192.0.2.1:_x',
    '::ffff:c000:201',
  ]) {
    assert.equal(parseAddress(text), '192.0.2.1', text);
  }
  for (const text of ['2001:DB8::7', '[2001:db8::7]', '[2001:db8::7]:443', '"[2001:db8::7]:_a.b"', '2001:db8:0::7%1']) {
    assert.equal(parseAddress(text), '2001:db8::7', text);
  }
  assert.equal(parseAddress('::'), '::');
  assert.equal(parseAddress('::1%lo'), '::1');
});

test('anything else is no address', () => {
  for (const text of ['', 'unknown', '_hidden', '1.2.3', '0x7f.0.0.1', '010.0.0.1', '192.0.2.1:', '192.0.2.1:123456']) {
    assert.equal(parseAddress(text), undefined, text);
  }
  for (const text of ['[192.0.2.1]', '[]', '[', '[::1', '::1]', '[::1]80', '[::1]:', '"', '""', '1:2', '192.0.2.1%1']) {
    assert.equal(parseAddress(text), undefined, text);
  }
});
