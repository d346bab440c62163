import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OAuthError } from '../errors.ts';
import { defaultScope, grantScope } from './scope.ts';

const offered = ['public', 'ibinder_public'];

test('without a requested scope, the first offered one is granted', () => {
  assert.equal(grantScope(undefined, offered), 'public');
  assert.equal(defaultScope(offered), 'public');
});

test('offered scopes are granted as requested, each value once', () => {
  assert.equal(grantScope('ibinder_public', offered), 'ibinder_public');
  assert.equal(grantScope('ibinder_public public ibinder_public', offered), 'ibinder_public public');
});

test('a scope with one value that is not offered is refused entirely', () => {
  for (const asked of ['admin', 'public admin', 'Public', 'publi', '*']) {
    assert.throws(() => grantScope(asked, offered), { code: 'invalid_scope' });
  }
});

test('for any request, the result consists of offered values or is invalid_scope', () => {
  const words = fc.oneof(fc.constantFrom(...offered, ' ', '"', '\\', 'x'), fc.string());
  fc.assert(
    fc.property(fc.array(words), (parts) => {
      try {
        const granted = grantScope(parts.join(' '), offered).split(' ');
        assert.ok(granted.every((value) => offered.includes(value)));
        assert.equal(new Set(granted).size, granted.length);
      } catch (error) {
        assert.ok(error instanceof OAuthError && error.code === 'invalid_scope');
      }
    }),
  );
});

test('if nothing is offered, nothing is granted', () => {
  assert.throws(() => defaultScope([]), /no scope/);
  assert.throws(() => grantScope('public', []), { code: 'invalid_scope' });
});
