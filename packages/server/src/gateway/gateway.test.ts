import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originalRequest, readAskedHeaders } from './headers.ts';
import { isTrustedPeer, trustedPeers } from './peers.ts';

test('loopback and the named proxies are believed, and nobody else', () => {
  const trusted = trustedPeers(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::5']) {
    assert.equal(isTrustedPeer(trusted, address), true, address);
  }
  for (const address of ['10.2.0.1', '192.0.2.8', '128.0.0.1', '::2', '::ffff:10.2.0.1', '2001:db9::1', undefined]) {
    assert.equal(isTrustedPeer(trusted, address), false, String(address));
  }
});

function methodOf(headers: readonly (readonly [string, string])[], isTrusted = true): string | undefined {
  return originalRequest(readAskedHeaders(headers.flat()), isTrusted)?.method;
}

test('a peer that is not believed cannot say that it asks for a read', () => {
  assert.equal(methodOf([['X-Original-Method', 'GET']], false), 'POST');
  assert.equal(methodOf([['X-Original-Method', 'GET']]), 'GET');
  assert.equal(methodOf([['x-FORWARDED-method', 'GET']]), 'GET');
});

test('a method or a URI that came twice, in one family or in both, counts only where it is the same', () => {
  const get = ['X-Original-Method', 'GET'] as const;
  assert.equal(methodOf([get, ['x-original-method', 'POST']]), undefined);
  assert.equal(methodOf([get, ['X-Forwarded-Method', 'POST']]), undefined);
  assert.equal(methodOf([get, ['X-Forwarded-Method', '']]), undefined);
  assert.equal(methodOf([get, ['X-Forwarded-Method', 'GET']]), 'GET');
  assert.equal(methodOf([get, ['X-Original-URI', '/a'], ['X-Forwarded-Uri', '/b']]), undefined);
  assert.equal(methodOf([get, ['X-Original-URI', '/a'], ['X-Original-URI', '/b']]), undefined);
  assert.equal(methodOf([get, ['X-Original-URI', '/a'], ['X-Forwarded-Uri', '/a']]), 'GET');
  assert.equal(methodOf([['X-Original-Method', '']]), 'POST');
  assert.equal(methodOf([]), 'POST');
});

test('of the headers only those are read that proxies write, under their whole names', () => {
  const found = readAskedHeaders([
    ...['Y-Original-Method', 'GET', 'X-Original-Methods', 'GET', 'X-Original-Methot', 'GET', 'Host', 'api.test'],
    ...['X-Request-Id', 'one', 'x-request-id', 'two', 'X-Forwarded-For', '192.0.2.7'],
  ]);
  assert.deepEqual(found, { methods: [], uris: [], requestIds: ['one', 'two'], forwardedFor: ['192.0.2.7'] });
});
