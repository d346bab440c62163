import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { test } from 'node:test';
import {
  assertRefused,
  createTestGuard,
  createToken,
  ec,
  encode,
  goodClaims,
  goodHeader,
  headersWith,
  outcomeOf,
  signEdDsa,
  signRs256,
  signToken,
} from './test-tokens.ts';

test('a valid token passes with each of the default algorithms', async () => {
  const guard = createTestGuard();
  const tokens = {
    ES256: createToken(),
    RS256: createToken({}, { alg: 'RS256', kid: 'rsa' }, signRs256),
    EdDSA: createToken({}, { alg: 'EdDSA', kid: 'ed' }, signEdDsa),
  };
  for (const [name, token] of Object.entries(tokens)) {
    assert.equal(await outcomeOf(guard, headersWith(token)), 'accepted', name);
  }
});

test('118: any number of dots, empty parts and oversized tokens are refused before they are parsed', async () => {
  const [header = '', payload = '', signature = ''] = createToken().split('.');
  await assertRefused(
    {
      'no dot': header,
      'one dot': `${header}.${payload}`,
      'three dots': `${header}.${payload}.${signature}.`,
      'four dots': `${header}.${payload}.${signature}.x.y`,
      'no header': `.${payload}.${signature}`,
      'no payload': `${header}..${signature}`,
      'no signature': `${header}.${payload}.`,
      'dots alone': '..',
      'many dots': '.'.repeat(8192),
      empty: '',
    },
    'token_malformed',
  );
  await assertRefused(
    {
      'a million dots': '.'.repeat(1_000_000),
      'a header of a megabyte': `${'a'.repeat(1_000_000)}.${payload}.${signature}`,
      'one character too many': `${header}.${'a'.repeat(8192 - header.length - signature.length - 1)}.${signature}`,
    },
    'token_too_long',
  );
});

test('118: a token of exactly 8,192 characters is still parsed', async () => {
  const guard = createTestGuard();
  // Each character of padding in the payload adds four thirds of a character to the token.
  const lengths = new Set<number>();
  for (let padding = 5_000; padding < 6_200; padding += 1) {
    const token = createToken({ padding: 'x'.repeat(padding) });
    if (token.length < 8_190 || token.length > 8_194) continue;
    lengths.add(token.length);
    const expected = token.length <= 8_192 ? 'accepted' : 'token_too_long';
    assert.equal(await outcomeOf(guard, headersWith(token)), expected, String(token.length));
  }
  assert.ok(lengths.size >= 3);
});

test('119: JSON serialization, encryption, nesting and compression are refused', async () => {
  const [header = '', payload = '', signature = ''] = createToken().split('.');
  await assertRefused(
    {
      flattened: JSON.stringify({ protected: header, payload, signature }),
      general: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      'encrypted, five parts': `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9 })}.a.b.c.d`,
      'encrypted, direct': `${encode({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y3Q.dGFn`,
    },
    'token_malformed',
  );
  await assertRefused(
    {
      'cty JWT': createToken({}, { cty: 'JWT' }),
      zip: createToken({}, { zip: 'DEF' }),
      enc: createToken({}, { enc: 'A256GCM' }),
    },
    'token_header_refused',
  );
  const nested = signToken(goodHeader, JSON.stringify(createToken()));
  await assertRefused({ nested }, 'token_malformed');
});

test('the last character of a part cannot be altered, even where a decoder would read the same bytes', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const parts = createToken().split('.');
  const altered: Record<string, string> = {};
  for (const [position, part] of parts.entries()) {
    for (const character of alphabet) {
      if (part.endsWith(character)) continue;
      const changed = parts.with(position, part.slice(0, -1) + character).join('.');
      altered[`part ${position} with ${character}`] = changed;
    }
  }
  assert.equal(Object.keys(altered).length, 3 * 63);
  await assertRefused(altered, ['token_malformed', 'token_signature_wrong', 'token_header_refused']);
});

test('padding, whitespace and foreign alphabets are refused in every part', async () => {
  const parts = createToken().split('.');
  const spoils: readonly ((part: string) => string)[] = [
    (part) => `${part}=`,
    (part) => `${part}==`,
    (part) => ` ${part}`,
    (part) => `${part}\t`,
    (part) => `${part}%`,
    (part) => `${part.slice(0, 1)}+${part.slice(2)}`,
    (part) => `${part.slice(0, 1)}/${part.slice(2)}`,
    (part) => `${part}é`,
    (part) => `${part}A`.padEnd(part.length + 4 - (part.length % 4) + 1, 'A'),
  ];
  for (const [position, part] of parts.entries()) {
    for (const [index, spoil] of spoils.entries()) {
      const token = parts.with(position, spoil(part)).join('.');
      // A space before the first part is one between scheme and token, which RFC 9110 §11.4 allows.
      if (position === 0 && token.startsWith(' ')) continue;
      await assertRefused({ [`part ${position}, ${index}`]: token }, ['token_malformed', 'token_signature_wrong']);
    }
  }
});

test('a repeated member, broken UTF-8 and JSON that is not an object are refused in header and claims', async () => {
  const header = JSON.stringify(goodHeader);
  const claims = JSON.stringify(goodClaims());
  const spoils: readonly ((json: string) => string | Uint8Array)[] = [
    (json) => json.replace('{', '{"alg":"none","iss":"x",'),
    (json) => json.replace('{', '{"\\u0061lg":"none","\\u0069ss":"x",'),
    (json) => json.replace('{', '{"deep":{"a":1,"a":2},'),
    (json) => `[${json}]`,
    () => 'null',
    () => '"text"',
    () => '7',
    (json) => json.slice(0, -1),
    (json) => `${json}{}`,
    (json) => `\ufeff${json}`,
    (json) => Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
  ];
  for (const [index, spoil] of spoils.entries()) {
    await assertRefused(
      { [`header ${index}`]: signToken(spoil(header), claims), [`claims ${index}`]: signToken(header, spoil(claims)) },
      'token_malformed',
    );
  }
});

test('a changed claim invalidates the signature', async () => {
  const [header, , signature] = createToken({ access: 'read' }).split('.');
  const forged = `${header}.${encode(goodClaims())}.${signature}`;
  await assertRefused({ forged }, 'token_signature_wrong');
});

test('107: an ES256 signature in DER is refused', async () => {
  const der = createToken({}, {}, (input) => sign('sha256', Buffer.from(input), ec.privateKey));
  await assertRefused({ der }, 'token_signature_wrong');
});
