import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, createTestGuard, createToken, headersWith, issuer, organizationId } from './test-tokens.ts';

test('209: without a token the challenge is bare, and the same for a token of another scheme', async () => {
  const tenant = ['x-tenant-id', organizationId];
  for (const authorization of [
    [],
    ['Authorization', 'Basic YTpi'],
    ['Authorization', ''],
    ['Authorization', 'Bearerx y'],
  ]) {
    const answer = await answerOf(createTestGuard(), [...authorization, ...tenant]);
    assert.equal(answer.status, 401);
    assert.equal(answer.challenge, 'Bearer');
  }
  const withRealm = await answerOf(createTestGuard({ realm: 'binders' }));
  assert.equal(withRealm.challenge, 'Bearer realm="binders"');
});

test('209: an invalid token gets invalid_token', async () => {
  for (const token of ['x', '', 'a b', createToken({ aud: 'https://other.test' })]) {
    const { status, challenge } = await answerOf(createTestGuard({ realm: 'binders' }), headersWith(token));
    assert.equal(status, 401);
    assert.match(challenge ?? '', /^Bearer realm="binders", error="invalid_token", error_description="[^"\\]+"$/);
  }
});

test('209: too little access gets insufficient_scope and names the access that is needed', async () => {
  const headers = headersWith(createToken({ access: 'read' }));
  const { status, challenge, problem } = await answerOf(createTestGuard({ errorsUrl: '/errors' }), headers, 'POST');
  assert.equal(status, 403);
  const description = 'this request needs read_write access; the token has read';
  assert.equal(challenge, `Bearer error="insufficient_scope", error_description="${description}"`);
  assert.deepEqual(problem, {
    type: '/errors#access_insufficient',
    title: 'Forbidden',
    status: 403,
    detail: description,
    code: 'access_insufficient',
    claim: 'access',
    reason: 'insufficient',
    traceId: 'trace-1',
  });
});

test('a refusal is problem details that are not cached and not sniffed', async () => {
  const { headers, problem } = await answerOf();
  assert.deepEqual(headers, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'www-authenticate': 'Bearer',
  });
  assert.deepEqual(problem, {
    type: `${issuer}/docs/errors#no_token`,
    title: 'Unauthorized',
    status: 401,
    detail: 'a bearer token is required',
    code: 'no_token',
    traceId: 'trace-1',
  });
});

test('no refusal repeats anything of the token', async () => {
  const canary = 'Canary7';
  const tokens = [
    canary,
    createToken({ iss: canary }),
    createToken({}, { kid: canary }),
    createToken({}, { alg: canary }),
  ];
  for (const token of tokens) {
    const answer = await answerOf(createTestGuard(), headersWith(token));
    assert.doesNotMatch(JSON.stringify(answer), new RegExp(canary));
  }
});
