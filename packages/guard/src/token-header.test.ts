import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import {
  assertRefused,
  audience,
  createKeySource,
  createTestGuard,
  createToken,
  ec,
  ed,
  encode,
  goodClaims,
  goodHeader,
  headersWith,
  issuer,
  nowSeconds,
  outcomeOf,
  rsa,
  signEdDsa,
  signEs256,
  signEs384,
  signHs256,
  signRs256,
  signToken,
} from './test-tokens.ts';

test('108: alg none is refused in every spelling, with and without a signature', async () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined, 0, ['none'], { alg: 'ES256' }]) {
    const input = `${encode({ ...goodHeader, alg })}.${encode(goodClaims())}`;
    const name = JSON.stringify(alg) ?? 'absent';
    await assertRefused({ [`${name} signed`]: `${input}.${encode(signEs256(input))}` }, 'token_header_refused');
    await assertRefused({ [`${name} with an empty signature`]: `${input}.`, [`${name} of two parts`]: input }, [
      'token_malformed',
    ]);
  }
});

test('109: HS256 with any form of the public key as secret is refused', async () => {
  for (const { publicKey, kid } of [
    { publicKey: ec.publicKey, kid: 'ec' },
    { publicKey: rsa.publicKey, kid: 'rsa' },
    { publicKey: ed.publicKey, kid: 'ed' },
  ]) {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const jwk = publicKey.export({ format: 'jwk' });
    const secrets = {
      pem,
      'pem trimmed': pem.trim(),
      'pem after whitespace': `\n  ${pem}`,
      'pem after junk': `junk${pem}`,
      der: publicKey.export({ type: 'spki', format: 'der' }),
      jwk: JSON.stringify(jwk),
      'modulus or point': Buffer.from(String(jwk.n ?? jwk.x), 'base64url'),
      empty: '',
    };
    for (const [name, secret] of Object.entries(secrets)) {
      for (const alg of ['HS256', 'ES256', 'RS256']) {
        const token = createToken({}, { alg, kid }, signHs256(secret));
        await assertRefused({ [`${kid} ${name} ${alg}`]: token }, ['token_header_refused', 'token_signature_wrong']);
      }
    }
  }
});

test("110 and 111: only the key's own algorithm is accepted, though others are accepted for other keys", async () => {
  const guard = createTestGuard({ algorithms: ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] });
  const mixed = {
    'RS256 for the ES256 key': createToken({}, { alg: 'RS256', kid: 'ec' }, signRs256),
    'PS256 for the RS256 key': createToken({}, { alg: 'PS256', kid: 'rsa' }, signRs256),
    'ES384 for the P-256 key': createToken({}, { alg: 'ES384', kid: 'ec' }, signEs384),
    'EdDSA for the ES256 key': createToken({}, { alg: 'EdDSA', kid: 'ec' }, signEdDsa),
  };
  await assertRefused(mixed, 'token_header_refused', guard);
  const relabelled = {
    'signed by RSA, called ES256': createToken({}, {}, signRs256),
    'signed by Ed25519, called ES256': createToken({}, {}, signEdDsa),
    'signed by P-384, called ES256': createToken({}, {}, signEs384),
  };
  await assertRefused(relabelled, 'token_signature_wrong', guard);
});

test('113: a key or key URL in the header is refused, and nothing is fetched', async () => {
  let requests = 0;
  const canary = createServer((_request, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(canary, 'listening');
  const address = canary.address();
  assert.ok(typeof address === 'object' && address !== null);
  const url = `http://127.0.0.1:${address.port}/keys`;
  const jwk = ec.publicKey.export({ format: 'jwk' });
  try {
    await assertRefused(
      {
        jku: createToken({}, { jku: url }),
        x5u: createToken({}, { x5u: url }),
        jwk: createToken({}, { jwk }),
        x5c: createToken({}, { x5c: ['MIIB'] }),
      },
      'token_header_refused',
    );
    assert.equal(requests, 0);
  } finally {
    canary.close();
    await once(canary, 'close');
  }
});

test('114: an unusual kid is refused; one that is not a string or too long is not even looked up', async () => {
  const keys = createKeySource();
  const guard = createTestGuard({ jwks: { source: keys } });
  const texts = ['../../dev/null', "' or 1=1 --", '__proto__', 'constructor', 'k'.repeat(256)];
  for (const kid of texts) await assertRefused({ [kid]: createToken({}, { kid }) }, 'token_key_unknown', guard);
  assert.deepEqual(new Set(keys.asked), new Set([...texts, 'ec']));
  keys.asked.length = 0;
  for (const kid of [undefined, '', null, 7, ['ec'], { kid: 'ec' }, 'k'.repeat(257), 'k'.repeat(5000)]) {
    await assertRefused({ [String(kid)]: createToken({}, { kid }) }, 'token_header_refused', guard);
  }
  assert.deepEqual(new Set(keys.asked), new Set(['ec']), 'only the good token of the control was looked up');
});

test('115: crit and b64 are refused, whatever their value', async () => {
  for (const header of [{ crit: ['x'], x: 1 }, { crit: [] }, { crit: ['exp'] }, { crit: null }, { b64: false }]) {
    await assertRefused({ [JSON.stringify(header)]: createToken({}, header) }, 'token_header_refused');
  }
  await assertRefused({ both: createToken({}, { b64: false, crit: ['b64'] }) }, 'token_header_refused');
});

test('123: typ must be at+jwt, in any letter case and with or without application/', async () => {
  const guard = createTestGuard();
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
    assert.equal(await outcomeOf(guard, headersWith(createToken({}, { typ }))), 'accepted', typ);
  }
  const wrong = [
    'JWT',
    'jwt',
    'dpop+jwt',
    'client-authentication+jwt',
    'at+jwt ',
    'xat+jwt',
    'text/at+jwt',
    '',
    null,
    1,
  ];
  for (const typ of [...wrong, undefined, ['at+jwt']]) {
    await assertRefused({ [`typ ${typ}`]: createToken({}, { typ }) }, 'token_header_refused', guard);
  }
});

test('124: another kind of JWT of the same issuer is not an access token', async () => {
  const asserted = { iss: 'client_1', sub: 'client_1', aud: issuer, jti: 'a', exp: nowSeconds + 60, iat: nowSeconds };
  const proof = { htm: 'GET', htu: audience, jti: 'b', iat: nowSeconds };
  const identity = { iss: issuer, sub: 'user_1', aud: 'client_1', exp: nowSeconds + 60, iat: nowSeconds, nonce: 'n' };
  await assertRefused(
    {
      'client assertion': signToken({ ...goodHeader, typ: 'client-authentication+jwt' }, asserted),
      'DPoP proof': signToken({ ...goodHeader, typ: 'dpop+jwt', jwk: ec.publicKey.export({ format: 'jwk' }) }, proof),
      'ID token': signToken({ ...goodHeader, typ: 'JWT' }, identity),
      'session token': signToken({ alg: 'ES256', kid: 'ec' }, goodClaims()),
      'signed list of another kind': createToken({}, { typ: 'bindery-cutoffs+jwt' }),
    },
    'token_header_refused',
  );
  const wrong = { 'client assertion': signToken(goodHeader, asserted), 'ID token': signToken(goodHeader, identity) };
  await assertRefused(wrong, 'token_claim_wrong');
});
