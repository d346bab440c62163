import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { type AccessTokenSubject, newClaims, signAccessToken } from './access-token.ts';
import { newSigningKey, signingAlgorithms } from './signing-key.ts';

const subject: AccessTokenSubject = {
  issuer: 'https://id.example.com',
  audience: 'https://api.example.com',
  subject: 'client_1',
  clientId: 'client_1',
  organizationId: 'organization_1',
  access: 'read',
  scope: 'public',
};

test('times are whole seconds: a token is valid from the second it is issued, for its lifetime', () => {
  const claims = newClaims(subject, 60, 1_700_000_000_999);
  assert.deepEqual([claims.iat, claims.nbf, claims.exp], [1_700_000_000, 1_700_000_000, 1_700_000_060]);
});

test('signatures of every algorithm verify with an independent library', async () => {
  const now = Date.now();
  for (const algorithm of signingAlgorithms) {
    const { publicJwk, privateKey } = await newSigningKey(algorithm, 2048);
    const token = await signAccessToken(newClaims(subject, 60, now), { kid: publicJwk.kid, algorithm, privateKey });
    const { payload } = await jwtVerify(token, createPublicKey(privateKey), {
      issuer: subject.issuer,
      audience: subject.audience,
      typ: 'at+jwt',
      algorithms: [algorithm],
    });
    assert.equal(payload['organization_id'], 'organization_1');
    assert.deepEqual(decodeProtectedHeader(token), { alg: algorithm, typ: 'at+jwt', kid: publicJwk.kid });
    assert.doesNotMatch(token, /[^\w.-]/);
  }
});

test('RSA signs off the event loop', async () => {
  const { publicJwk, privateKey } = await newSigningKey('RS256', 2048);
  const signed = signAccessToken(newClaims(subject, 60, 0), { kid: publicJwk.kid, algorithm: 'RS256', privateKey });
  assert.ok(signed instanceof Promise);
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  await Promise.all(
    Array.from({ length: 50 }, () =>
      signAccessToken(newClaims(subject, 60, 0), { kid: publicJwk.kid, algorithm: 'RS256', privateKey }),
    ),
  );
  clearInterval(counting);
  assert.ok(turns > 0);
});
