import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrustedPeer, originalMethod, trustedPeers } from './gateway.ts';

test('loopback and the named proxies are believed, and nobody else', () => {
  const trusted = trustedPeers(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::5']) {
    assert.equal(isTrustedPeer(trusted, address), true, address);
  }
  for (const address of ['10.2.0.1', '192.0.2.8', '128.0.0.1', '::2', '::ffff:10.2.0.1', '2001:db9::1', undefined]) {
    assert.equal(isTrustedPeer(trusted, address), false, String(address));
  }
});

test('a peer that is not believed cannot say that it asks for a read', () => {
  assert.equal(originalMethod({ 'x-original-method': ['GET'] }, false), 'POST');
  assert.equal(originalMethod({ 'x-original-method': ['GET'] }, true), 'GET');
});

test('a method that came twice, in one family or in both, counts only where it is the same', () => {
  assert.equal(originalMethod({ 'x-original-method': ['GET', 'POST'] }, true), undefined);
  assert.equal(originalMethod({ 'x-original-method': ['GET'], 'x-forwarded-method': ['POST'] }, true), undefined);
  assert.equal(originalMethod({ 'x-original-method': ['GET'], 'x-forwarded-method': ['GET'] }, true), 'GET');
  assert.equal(originalMethod({ 'x-original-method': [''] }, true), 'POST');
  assert.equal(originalMethod({}, true), 'POST');
});
