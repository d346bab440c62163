import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OAuthError } from '../errors.ts';
import { type ParameterSource, parseParameters } from './parameters.ts';

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';

function parse(body: string | Buffer, more: Partial<Omit<ParameterSource, 'body'>> = {}) {
  return parseParameters({
    contentType: formType,
    contentEncoding: undefined,
    query: '',
    ...more,
    body: Buffer.from(body),
  });
}

/** Any text that a parameter may contain; the known names, whose rules are stricter, are not used. */
const letters = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\x00-\x1f\x7f]/.test(text));
const flatObjects = fc
  .uniqueArray(
    fc.tuple(
      letters.map((text) => `x${text}`),
      letters,
    ),
    { maxLength: 30, selector: ([name]) => name },
  )
  .map((pairs) => Object.fromEntries(pairs));

test('any flat object gives the same map as a form and as JSON, without empty values', () => {
  fc.assert(
    fc.property(flatObjects, fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
      const expected = Object.entries(object)
        .filter(([, value]) => value !== '')
        .toSorted();
      const form = [...parse(new URLSearchParams(object).toString())].toSorted();
      const json = [...parse(JSON.stringify(object, undefined, indent), { contentType: jsonType })].toSorted();
      assert.deepEqual(form, expected);
      assert.deepEqual(json, expected);
    }),
  );
});

test('escaped JSON reads the same, and a repeated name is refused in any spelling', () => {
  const escaped = (text: string) =>
    `"${[...text.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  fc.assert(
    fc.property(flatObjects, (object) => {
      const pairs = Object.entries(object);
      const members = pairs.map(([name, value]) => `${escaped(name)}:${escaped(value)}`);
      const parsed = parse(`{${members.join(',')}}`, { contentType: jsonType });
      assert.deepEqual(
        [...parsed],
        pairs.filter(([, value]) => value !== ''),
      );
      const [first] = pairs;
      if (first !== undefined) {
        const twice = `{${[...members, `${JSON.stringify(first[0])}:"x"`].join(',')}}`;
        assert.throws(() => parse(twice, { contentType: jsonType }), { code: 'invalid_request' });
      }
    }),
  );
});

test('for any input the parser returns non-empty well-formed text or throws an OAuthError', () => {
  const crafted = fc.constantFrom(
    ...[
      'grant_type',
      'client_id',
      '=',
      '&',
      '%',
      '+',
      '%00',
      '"',
      '\\',
      '\\u005f',
      '{',
      '}',
      ':',
      ',',
      '[',
      'ø',
      '\ud800',
    ],
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.array(fc.oneof(crafted, fc.string({ maxLength: 5 }))).map((parts) => Buffer.from(parts.join(''))),
    fc.json().map((text) => Buffer.from(text)),
  );
  const types = fc.oneof(fc.constantFrom(formType, jsonType, `${jsonType}; charset=utf-8`, undefined), fc.string());
  fc.assert(
    fc.property(
      bodies,
      types,
      fc.string(),
      fc.option(fc.string(), { nil: undefined }),
      (body, contentType, query, contentEncoding) => {
        try {
          for (const [name, value] of parseParameters({ contentType, contentEncoding, query, body })) {
            assert.ok(name.isWellFormed() && value.isWellFormed() && value !== '');
            assert.doesNotMatch(name + value, /[\x00-\x1f\x7f]/);
          }
        } catch (error) {
          assert.ok(error instanceof OAuthError, String(error));
          assert.ok(['invalid_request', 'unsupported_media_type'].includes(error.code));
          assert.match(error.message, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('no error message repeats what was sent', () => {
  for (const [body, contentType] of [
    ['client_secret=canary&client_secret=canary', formType],
    ['client_secret=canary%', formType],
    ['client_secret=canary%00', formType],
    ['client_secret=canaryø', formType],
    ['{"client_secret":"canary"', jsonType],
    ['{"client_secret":["canary"]}', jsonType],
    ['client_secret=canary', 'canary/canary'],
  ] as const) {
    assert.throws(
      () => parse(body, { contentType }),
      (error: Error) => !error.message.includes('canary'),
    );
  }
});

test('percent-encoded and raw UTF-8, empty parts and extra equals signs are read', () => {
  assert.deepEqual(
    [...parse('x=%C3%B8&y=ø+%2B')],
    [
      ['x', 'ø'],
      ['y', 'ø +'],
    ],
  );
  assert.deepEqual([...parse('')], []);
  assert.deepEqual([...parse('&&x=1&')], [['x', '1']]);
  assert.deepEqual([...parse('x=a=b')], [['x', 'a=b']]);
});

test('values that look like repeated names are not refused', () => {
  const object = { a: '"b":"c"', '"b"': '\\', c: '{"a":"x","a":"y"}', d: 'a' };
  assert.deepEqual([...parse(JSON.stringify(object), { contentType: jsonType })], Object.entries(object));
});
