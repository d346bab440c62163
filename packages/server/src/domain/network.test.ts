import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, widerNetworks } from './network.ts';

test('an IPv4 address is a network of its own, however it is written', () => {
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201']) {
    assert.equal(networkOf(address), '192.0.2.1');
  }
  assert.notEqual(networkOf('192.0.2.1'), networkOf('192.0.2.2'));
});

test('an IPv6 address belongs to its /64', () => {
  const network = networkOf('2001:db8:1:2::1');
  assert.equal(network, '2001:db8:1:2::/64');
  for (const address of ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002::', '2001:db8:1:2:0:0:0:1']) {
    assert.equal(networkOf(address), network);
  }
  for (const address of ['2001:db8:1:3::1', '2001:db8:1::1', '::1']) {
    assert.notEqual(networkOf(address), network);
  }
});

test('everything that is not an address is one network', () => {
  for (const address of [null, '', 'unknown', 'a.b.c.d', '1.2.3', '2001:db8:::1']) {
    assert.equal(networkOf(address), 'unknown');
  }
});

test('around a /64 are its /56 and its /48; an IPv4 address stands alone', () => {
  assert.deepEqual(widerNetworks('2001:db8:1:2345::/64'), ['2001:db8:1:2300::/56', '2001:db8:1::/48']);
  assert.deepEqual(widerNetworks('192.0.2.1'), []);
  assert.deepEqual(widerNetworks('unknown'), []);
});
