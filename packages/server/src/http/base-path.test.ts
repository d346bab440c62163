import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basePathOf, routePathOf } from './base-path.ts';

const atRoot = { publicUrl: 'https://auth.example.test' };
const below = { publicUrl: 'https://example.test/auth' };

test('the base path is that of the public URL, and empty at the root', () => {
  assert.equal(basePathOf(atRoot), '');
  assert.equal(basePathOf(below), '/auth');
});

test('a route is found with and without the base path, and by an absolute target', () => {
  for (const target of ['/auth/docs?q=1', '/docs?q=1', 'https://example.test/auth/docs?q=1']) {
    assert.equal(routePathOf(below)(target), '/docs?q=1', target);
  }
  assert.equal(routePathOf(below)('/auth'), '/');
  assert.equal(routePathOf(below)('/authors'), '/authors');
  assert.equal(routePathOf(atRoot)('HTTP://auth.example.test'), '/');
  assert.equal(routePathOf(atRoot)('/auth/docs'), '/auth/docs');
});

test('a well-known path is found before the base path, where RFC 8414 puts it', () => {
  const route = routePathOf(below);
  assert.equal(route('/.well-known/oauth-authorization-server/auth'), '/.well-known/oauth-authorization-server');
  assert.equal(route('/auth/.well-known/jwks.json'), '/.well-known/jwks.json');
  assert.equal(route('/.well-known/oauth-authorization-server/other'), '/.well-known/oauth-authorization-server/other');
});
