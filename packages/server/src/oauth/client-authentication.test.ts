import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { presentedCredentials } from './client-authentication.ts';

const basic = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`;
const none = new Map<string, string>();

test('credentials come from the header or the body, and from neither if half is missing', () => {
  const both = { clientId: 'a', clientSecret: 'b' };
  assert.deepEqual(presentedCredentials([basic('a:b')], none), both);
  assert.deepEqual(presentedCredentials([], new Map(Object.entries({ client_id: 'a', client_secret: 'b' }))), both);
  assert.equal(presentedCredentials([], none), undefined);
  assert.equal(presentedCredentials([], new Map([['client_id', 'a']])), undefined);
  assert.equal(presentedCredentials([], new Map([['client_secret', 'b']])), undefined);
});

test('only the first colon separates, so that a secret may contain colons', () => {
  assert.deepEqual(presentedCredentials([basic('a:b:c')], none), { clientId: 'a', clientSecret: 'b:c' });
});

test('form-encoded credentials are decoded, others are taken as they are', () => {
  for (const [text, clientSecret] of [
    ['a:%C3%A9+%25', 'é %'],
    ['a:100%', '100%'],
    ['a:%zz', '%zz'],
  ] as const) {
    assert.deepEqual(presentedCredentials([basic(text)], none), { clientId: 'a', clientSecret });
  }
});

test('any text survives both kinds of form-encoding', () => {
  const texts = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(texts, texts, (clientId, clientSecret) => {
      const encoded = [clientId, clientSecret].map((text) => new URLSearchParams({ x: text }).toString().slice(2));
      assert.deepEqual(presentedCredentials([basic(encoded.join(':'))], none), { clientId, clientSecret });
      const percent = [clientId, clientSecret].map(encodeURIComponent);
      assert.deepEqual(presentedCredentials([basic(percent.join(':'))], none), { clientId, clientSecret });
    }),
  );
});

test('any header is either read or ignored, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map(basic),
        fc.base64String().map((text) => `Basic ${text}`),
      ),
      (header) => {
        const presented = presentedCredentials([header], none);
        assert.ok(presented === undefined || typeof presented.clientSecret === 'string');
      },
    ),
  );
});

test('two headers or two methods at once are refused; the same client id in the body is not', () => {
  assert.throws(() => presentedCredentials([basic('a:b'), basic('a:b')], none), { code: 'invalid_request' });
  assert.throws(() => presentedCredentials([basic('a:b')], new Map([['client_secret', 'b']])), {
    code: 'invalid_request',
  });
  assert.throws(() => presentedCredentials([basic('a:b')], new Map([['client_assertion', 'x']])), {
    code: 'invalid_request',
  });
  assert.notEqual(presentedCredentials([basic('a:b')], new Map([['client_id', 'a']])), undefined);
  assert.equal(presentedCredentials([basic('a:b')], new Map([['client_id', 'b']])), undefined);
});
