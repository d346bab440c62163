import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertRefused,
  audience,
  createTestGuard,
  createToken,
  goodClaims,
  goodHeader,
  headersWith,
  issuer,
  nowSeconds,
  organizationId,
  outcomeOf,
  signToken,
} from './test-tokens.ts';

test('125: exp, iat and nbf must be whole, finite, non-negative numbers', async () => {
  const values = [
    '1e308',
    '-1',
    '-0.5',
    '1.5',
    '"1800003600"',
    'null',
    'true',
    '[1800003600]',
    '{}',
    '9007199254740991',
  ];
  for (const name of ['exp', 'iat', 'nbf']) {
    for (const value of values) {
      // Written into the JSON text, since JSON.stringify would tame some of them.
      const claims = JSON.stringify({ ...goodClaims(), [name]: '@' }).replace('"@"', value);
      await assertRefused({ [`${name} ${value}`]: signToken(goodHeader, claims) }, 'token_claim_wrong');
    }
    const nan = JSON.stringify({ ...goodClaims(), [name]: '@' }).replace('"@"', 'NaN');
    await assertRefused({ [`${name} NaN`]: signToken(goodHeader, nan) }, 'token_malformed');
  }
  await assertRefused(
    { 'no exp': createToken({ exp: undefined }), 'no iat': createToken({ iat: undefined }) },
    'token_claim_wrong',
  );
  await assertRefused({ 'exp before iat': createToken({ exp: nowSeconds, iat: nowSeconds }) }, 'token_claim_wrong');
});

test('125 and 126: the leeway is 5 s by default, at each end of the life of a token', async () => {
  const guard = createTestGuard();
  const past = { iat: nowSeconds - 3600, nbf: nowSeconds - 3600 };
  assert.equal(await outcomeOf(guard, headersWith(createToken({ ...past, exp: nowSeconds - 4 }))), 'accepted');
  await assertRefused({ 'exp at the leeway': createToken({ ...past, exp: nowSeconds - 5 }) }, 'token_expired');
  await assertRefused({ 'exp past it': createToken({ ...past, exp: nowSeconds - 6 }) }, 'token_expired');
  for (const name of ['iat', 'nbf']) {
    assert.equal(await outcomeOf(guard, headersWith(createToken({ [name]: nowSeconds + 5 }))), 'accepted', name);
    await assertRefused({ [name]: createToken({ [name]: nowSeconds + 6 }) }, 'token_from_future');
  }
});

test('146: clocks a minute apart work if that is tolerated; ten minutes are refused with advice about the clock', async () => {
  const guard = createTestGuard({ clockToleranceSeconds: 60 });
  const lifetime = (iat: number) => createToken({ iat, nbf: iat, exp: iat + 3600 });
  assert.equal(await outcomeOf(guard, headersWith(lifetime(nowSeconds + 60))), 'accepted');
  assert.equal(await outcomeOf(guard, headersWith(lifetime(nowSeconds - 3600 - 59))), 'accepted');
  await assert.rejects(guard.verify({ method: 'GET', headers: headersWith(lifetime(nowSeconds + 600)) }), {
    code: 'token_from_future',
    message: /600 s in the future.*API's clock is behind.*issuer's clock is ahead/,
  });
  await assert.rejects(guard.verify({ method: 'GET', headers: headersWith(lifetime(nowSeconds - 3600 - 600)) }), {
    code: 'token_expired',
    message: /expired 600 s ago/,
  });
});

test('127: iss must be the issuer, byte for byte', async () => {
  const others = [undefined, null, '', [issuer], [issuer, 'https://evil.test'], `${issuer}/`, `${issuer}.evil.test`];
  for (const iss of [...others, 'https://id.example', issuer.toUpperCase(), `${issuer}/other`, ` ${issuer}`]) {
    await assertRefused({ [String(iss)]: createToken({ iss }) }, 'token_claim_wrong');
  }
});

test('128: aud must be the audience or a list of strings that contains it', async () => {
  const guard = createTestGuard();
  for (const aud of [audience, [audience], ['https://other.test', audience]]) {
    assert.equal(await outcomeOf(guard, headersWith(createToken({ aud }))), 'accepted', String(aud));
  }
  const wrong = [undefined, null, '', [], ['https://other.test'], 'https://other.test', [audience, 7], [[audience]]];
  for (const aud of [...wrong, audience.slice(0, -1), `${audience}/`, `${audience} x`, { [audience]: 1 }]) {
    await assertRefused({ [JSON.stringify(aud) ?? 'absent']: createToken({ aud }) }, 'token_claim_wrong', guard);
  }
});

test('every other claim of a caller must be present and well formed', async () => {
  for (const name of ['sub', 'client_id', 'jti', 'organization_id', 'access']) {
    for (const value of [undefined, null, '', 7, ['x'], {}, 'x'.repeat(257)]) {
      await assertRefused({ [`${name} ${String(value)}`]: createToken({ [name]: value }) }, 'token_claim_wrong');
    }
  }
  for (const access of ['READ', 'write', 'read write', 'admin']) {
    await assertRefused({ [access]: createToken({ access }) }, 'token_claim_wrong');
  }
  const ids = [
    organizationId.toUpperCase(),
    `{${organizationId}}`,
    `${organizationId} `,
    organizationId.replace('-', ''),
  ];
  for (const id of ids) await assertRefused({ [id]: createToken({ organization_id: id }) }, 'token_claim_wrong');
  for (const scope of [null, 7, ['public']]) {
    await assertRefused({ [String(scope)]: createToken({ scope }) }, 'token_claim_wrong');
  }
});
