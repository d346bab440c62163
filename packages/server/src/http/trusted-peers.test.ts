import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrustedPeer, trustedPeers } from './trusted-peers.ts';

test('only loopback and the configured proxies are trusted', () => {
  const trusted = trustedPeers(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::5']) {
    assert.equal(isTrustedPeer(trusted, address), true, address);
  }
  for (const address of ['10.2.0.1', '192.0.2.8', '128.0.0.1', '::2', '::ffff:10.2.0.1', '2001:db9::1', undefined]) {
    assert.equal(isTrustedPeer(trusted, address), false, String(address));
  }
  for (const text of ['', 'unknown', '127.0.0.1:80', '::1/128']) {
    assert.equal(isTrustedPeer(trusted, text), false, text);
  }
});
