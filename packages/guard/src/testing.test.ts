import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard } from './guard.ts';
import { GuardError } from './guard-error.ts';
import { createTestIssuer } from './testing.ts';

// Also a worked example: the API is a function of a request, and its tests need no server and no network.

const issuer = createTestIssuer();
const guard = createGuard(issuer.guardOptions);
const otherOrganization = '22222222-2222-4222-8222-222222222222';

/** The API under test. */
async function api(request: Request): Promise<Response> {
  try {
    const caller = await guard.verify(request);
    return Response.json({ organizationId: caller.organizationId, userId: caller.userId ?? null });
  } catch (error) {
    const { body, ...init } = guard.problem(error);
    return new Response(body, init);
  }
}

function call(headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return api(new Request('https://api.test/things', { method, headers }));
}

test('a token of the test issuer is valid by default, for its organization', async () => {
  const answer = await call(issuer.headers());
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { organizationId: issuer.organizationId, userId: null });
});

test('every claim of a token has an option', async () => {
  const token = issuer.token({
    clientId: 'client_1',
    userId: 'user_1',
    organizationId: otherOrganization,
    access: 'read',
    scopes: ['public', 'more'],
    tokenId: 'token_1',
    lifetimeSeconds: 60,
  });
  const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': otherOrganization };
  const { issuedAt, expiresAt, ...caller } = await guard.verify(new Request('https://api.test/', { headers }));
  assert.deepEqual(caller, {
    clientId: 'client_1',
    userId: 'user_1',
    organizationId: otherOrganization,
    access: 'read',
    scopes: ['public', 'more'],
    tokenId: 'token_1',
  });
  assert.equal(expiresAt - issuedAt, 60_000);
});

test('tokens that an API must refuse can be made: expired, read-only, of another issuer, with any claim or header', async () => {
  assert.equal((await call(issuer.headers({ issuedAt: Date.now() - 7_200_000 }))).status, 401);
  assert.equal((await call(issuer.headers({ access: 'read' }), 'POST')).status, 403);
  assert.equal((await call(issuer.headers({ claims: { aud: 'https://elsewhere.test' } }))).status, 401);
  assert.equal((await call(issuer.headers({ claims: { jti: undefined } }))).status, 401);
  assert.equal((await call(issuer.headers({ header: { typ: 'JWT' } }))).status, 401);
  assert.equal((await call(createTestIssuer().headers())).status, 401, 'another issuer of the same name');
  assert.equal((await call({ ...issuer.headers(), 'x-tenant-id': otherOrganization })).status, 403);
});

test('a cut-off refuses what was issued before it, and nothing else', async () => {
  const cases = [
    ['client', 'client_cut', { clientId: 'client_cut' }],
    ['user', 'user_cut', { userId: 'user_cut' }],
    ['member', `user_2 ${issuer.organizationId}`, { userId: 'user_2' }],
    ['token', 'token_cut', { tokenId: 'token_cut' }],
    ['session', 'family_cut', { userId: 'user_3', claims: { sid: 'family_cut' } }],
    ['organization', otherOrganization, { organizationId: otherOrganization }],
  ] as const;
  for (const [kind, id, options] of cases) {
    const before = issuer.headers(options);
    assert.equal((await call(before)).status, 200, kind);
    issuer.cutOff(kind, id);
    assert.equal((await call(before)).status, 401, kind);
    assert.equal((await call(issuer.headers({ ...options, issuedAt: Date.now() + 1000 }))).status, 200, kind);
  }
  assert.equal((await call(issuer.headers())).status, 200);
});

test('a test can check the code of a refusal', async () => {
  const headers = issuer.headers({ lifetimeSeconds: 1, issuedAt: Date.now() - 60_000 });
  await assert.rejects(guard.verify(new Request('https://api.test/', { headers })), (error) => {
    assert.ok(error instanceof GuardError);
    assert.equal(error.code, 'token_expired');
    return true;
  });
});
