import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originalRequest, readProxyHeaders } from './headers.ts';

function methodOf(headers: readonly (readonly [string, string])[], isTrusted = true): string | undefined {
  return originalRequest(readProxyHeaders(headers.flat()), isTrusted)?.method;
}

test('an untrusted peer cannot claim that the request is a read', () => {
  assert.equal(methodOf([['X-Original-Method', 'GET']], false), 'POST');
  assert.equal(methodOf([['X-Original-Method', 'GET']]), 'GET');
  assert.equal(methodOf([['x-FORWARDED-method', 'GET']]), 'GET');
});

test('a repeated method or URI, under one name or both, counts only if all values agree', () => {
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

test('only the headers that proxies write are read, by their full names', () => {
  const found = readProxyHeaders([
    ...['Y-Original-Method', 'GET', 'X-Original-Methods', 'GET', 'X-Original-Methot', 'GET', 'Host', 'api.test'],
    ...['X-Request-Id', 'one', 'x-request-id', 'two', 'X-Forwarded-For', '192.0.2.7'],
  ]);
  assert.deepEqual(found, { methods: [], uris: [], requestIds: ['one', 'two'], forwardedFor: ['192.0.2.7'] });
});
