import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCaller } from './forwarded-for.ts';
import { trustedPeers } from './trusted-peers.ts';

const trusted = trustedPeers(['10.0.0.0/8']);
const from = (peer: string | undefined, ...forwardedFor: string[]) => findCaller(peer, forwardedFor, trusted).address;

test('the caller is the last address that a trusted proxy names', () => {
  assert.equal(from('10.0.0.1', '203.0.113.9'), '203.0.113.9');
  assert.equal(from('10.0.0.1', '203.0.113.9, 10.0.0.2 ,127.0.0.1'), '203.0.113.9');
  assert.equal(from('::1', '2001:db8::7'), '2001:db8::7');
});

test('what a caller writes itself is not believed', () => {
  assert.equal(from('203.0.113.9', '198.51.100.1'), '203.0.113.9');
  assert.equal(from('10.0.0.1', '198.51.100.1, 203.0.113.9'), '203.0.113.9');
  assert.equal(from('10.0.0.1', '198.51.100.1', '203.0.113.9'), '203.0.113.9');
});

test('an entry that is not an address counts as the proxy that wrote it', () => {
  for (const entry of ['unknown', '_hidden', '', '1.2.3', '203.0.113.9, unknown']) {
    assert.equal(from('10.0.0.1', entry), '10.0.0.1', entry);
  }
});

test('without the header the caller is the peer, and only proxies are proxies', () => {
  assert.equal(from('10.0.0.1'), '10.0.0.1');
  assert.equal(from('10.0.0.1', '10.0.0.2'), '10.0.0.2');
  assert.equal(from(undefined, '203.0.113.9'), undefined);
});
