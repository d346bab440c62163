import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './open-page.ts';

const slugs = new Map([
  ['integrators/introduction.md', ''],
  ['integrators/calling-the-api.md', 'calling-the-api'],
  ['integrators/reference/errors.md', 'errors'],
  ['api-developers/start.md', 'guarding-your-api'],
]);

const open = (text: string): string => openPage(text, 'integrators/calling-the-api.md', slugs);

test('relative links lead to the pages of the portal, and links within a page stay', () => {
  assert.equal(open('[a](introduction.md)'), '[a](/docs)');
  assert.equal(open('[a](introduction.md#next-steps)'), '[a](/docs#next-steps)');
  assert.equal(open('[a](reference/errors.md#not_found)'), '[a](/docs/errors#not_found)');
  assert.equal(open('[a](../api-developers/start.md)'), '[a](/docs/guarding-your-api)');
  assert.equal(open('[a](#data)'), '[a](#data)');
});

test('a link to a file that the portal does not serve becomes its text', () => {
  assert.equal(open('see [`sdks/php`](../../sdks/php/README.md).'), 'see `sdks/php`.');
});

test('a link to the example issuer leads to the instance, and one elsewhere stays', () => {
  assert.equal(open('[a](https://id.example.com/console)'), '[a](/console)');
  assert.equal(open('[a](https://docs.guzzlephp.org/)'), '[a](https://docs.guzzlephp.org/)');
});

test('examples become values, also in code', () => {
  assert.equal(
    open('```sh\ncurl https://id.example.com/connect/token https://api.example.com/api/binders -H x-tenant-id:\n```'),
    '```sh\ncurl VALUE_IDENTITY_URLVALUE_TOKEN_PATH VALUE_API_URL/api/binders -H VALUE_TENANT_HEADER:\n```',
  );
  assert.equal(open('Host: id.example.com'), 'Host: VALUE_IDENTITY_HOST');
  assert.equal(open('`https://api.example.com/api`'), '`VALUE_AUDIENCE`');
  assert.equal(open('"scope": "public", "expires_in": 3600'), '"scope": "VALUE_SCOPE", "expires_in": VALUE_LIFETIME');
});

test('the product has its own name, and names that contain ours stay', () => {
  assert.equal(
    open('Bindery, Bindery’s, X-Bindery-Request, BinderyClient'),
    [...['VALUE_PRODUCT', 'VALUE_PRODUCT’s', 'X-Bindery-Request', 'BinderyClient']].join(', '),
  );
});

test('a link to a program on a line of its own is a sample', () => {
  assert.equal(open('[Sample](../../examples/list-binders/list-binders.sh)'), '{sample list-binders/list-binders}');
});

test('comments are left out, but not in code', () => {
  assert.equal(open('a\n\n<!-- test: x, prints y -->\n```sh\n<!-- b -->\n```'), 'a\n\n```sh\n<!-- b -->\n```');
});

test('code keeps what looks like a link', () => {
  assert.equal(open('```md\n[a](introduction.md)\n```'), '```md\n[a](introduction.md)\n```');
});
