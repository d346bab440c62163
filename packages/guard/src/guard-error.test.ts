import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from './guard.ts';
import { GuardError, type GuardErrorReason } from './guard-error.ts';
import {
  answerOf,
  audience,
  createKeySource,
  createTestGuard,
  createToken,
  headersWith,
  issuer,
  nowSeconds,
  organizationId,
  otherOrganizationId,
  signRs256,
} from './test-tokens.ts';

async function errorOf(headers: readonly string[], method = 'GET', guard = createTestGuard()): Promise<GuardError> {
  try {
    await guard.verify({ method, headers });
  } catch (error) {
    assert.ok(error instanceof GuardError);
    return error;
  }
  return assert.fail('the request was not refused');
}

const other = 'https://other.example.test';
const past = { iat: nowSeconds - 7200, nbf: nowSeconds - 7200, exp: nowSeconds - 3600 };
const cases: readonly (readonly [string, string, GuardErrorReason, { expected?: unknown; found?: unknown }])[] = [
  [createToken({ iss: other }), 'iss', 'mismatch', { expected: issuer, found: other }],
  [createToken({ iss: undefined }), 'iss', 'missing', { expected: issuer }],
  [createToken({ aud: [other] }), 'aud', 'mismatch', { expected: audience, found: [other] }],
  [createToken({ aud: undefined }), 'aud', 'missing', { expected: audience }],
  [createToken({ exp: '7' }), 'exp', 'malformed', { found: '7' }],
  [createToken({ exp: undefined }), 'exp', 'missing', {}],
  [createToken({ jti: undefined }), 'jti', 'missing', {}],
  [createToken({ organization_id: 'acme' }), 'organization_id', 'malformed', { found: 'acme' }],
  [createToken(past), 'exp', 'expired', { expected: nowSeconds, found: nowSeconds - 3600 }],
  [createToken({ nbf: nowSeconds + 60 }), 'nbf', 'not_yet_valid', { expected: nowSeconds, found: nowSeconds + 60 }],
  [createToken({}, { typ: 'JWT' }), 'typ', 'mismatch', { expected: 'at+jwt', found: 'JWT' }],
  [createToken({}, { alg: 'ES384' }), 'alg', 'mismatch', { expected: ['ES256', 'RS256', 'EdDSA'], found: 'ES384' }],
  [createToken({}, { alg: 'RS256' }, signRs256), 'alg', 'mismatch', { expected: 'ES256', found: 'RS256' }],
  [createToken({}, { kid: undefined }), 'kid', 'missing', {}],
  [createToken({}, { kid: 'unknown' }), 'kid', 'mismatch', { found: 'unknown' }],
  [createToken({}, { jku: other }), 'jku', 'not_allowed', {}],
];

test('a refusal names the claim and the reason, and what was expected and found', async () => {
  for (const [token, claim, reason, values] of cases) {
    const error = await errorOf(headersWith(token));
    const { expected, found } = error;
    assert.deepEqual(
      { claim: error.claim, reason: error.reason, expected, found },
      { claim, reason, expected: undefined, found: undefined, ...values },
    );
  }
  const write = await errorOf(headersWith(createToken({ access: 'read' })), 'POST');
  assert.deepEqual([write.claim, write.reason, write.expected], ['access', 'insufficient', 'read_write']);
  const tenant = await errorOf(headersWith(createToken(), otherOrganizationId));
  assert.deepEqual(
    [tenant.claim, tenant.reason, tenant.expected, tenant.found],
    ['organization_id', 'mismatch', organizationId, otherOrganizationId],
  );
});

test('the response carries code, claim and reason, but not what was expected and found', async () => {
  for (const [token, claim, reason] of cases) {
    const { problem, status, challenge } = await answerOf(createTestGuard({ errorsUrl: false }), headersWith(token));
    const { title: _title, detail: _detail, code: _code, ...rest } = problem;
    assert.deepEqual(rest, { type: 'about:blank', status: 401, claim, reason, traceId: 'trace-1' });
    const shown = JSON.stringify([problem, status, challenge]);
    for (const secret of [issuer, audience, other, 'ES384', 'acme']) assert.ok(!shown.includes(secret), shown);
  }
});

test('a refusal links to its explanation: below the issuer, elsewhere, or nowhere', async () => {
  const links = [
    [{}, `${issuer}/docs/errors#no_token`],
    [{ errorsUrl: 'https://docs.example.test/problems' }, 'https://docs.example.test/problems#no_token'],
    [{ errorsUrl: false }, 'about:blank'],
  ] as const;
  for (const [options, type] of links) {
    const guard = createTestGuard(options);
    assert.equal((await errorOf([], 'GET', guard)).type, type);
    assert.equal((await answerOf(guard)).problem['type'], type);
  }
  const slash = createGuard({ issuer: `${issuer}/`, audience, jwks: { source: createKeySource() }, cutoffs: false });
  assert.equal((await errorOf([], 'GET', slash)).type, `${issuer}/docs/errors#no_token`);
});

test('what was thrown by something else becomes a 503 with a link as well', () => {
  const { status, body } = createTestGuard().problem(new Error('secret'));
  const { type, detail, code } = JSON.parse(body);
  assert.deepEqual(
    { status, type, detail, code },
    {
      ...{ status: 503, type: `${issuer}/docs/errors#guard_failed`, code: 'guard_failed' },
      detail: 'the request cannot be verified at the moment',
    },
  );
});
