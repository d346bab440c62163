import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guard } from './guard.ts';
import {
  answerOf,
  createTestGuard,
  createToken,
  guardKeys,
  headersWith,
  nowSeconds,
  organizationId,
  otherOrganizationId,
  outcomeOf,
  rsa,
} from './test-tokens.ts';

const methods = {
  read: ['GET', 'HEAD', 'OPTIONS'],
  write: ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'get', 'TRACE', ''],
};

test('the scheme is compared without case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER']) {
    const headers = ['authorization', `${scheme} ${createToken()}`, 'x-tenant-id', organizationId];
    assert.equal(await outcomeOf(createTestGuard(), headers), 'accepted', scheme);
  }
});

test('23: two Authorization headers are refused, equal or not, in any letter case', async () => {
  const good = `Bearer ${createToken()}`;
  for (const second of [good, 'Bearer x', 'Basic YTpi', '']) {
    const headers = ['Authorization', good, 'aUTHORIZATION', second, 'x-tenant-id', organizationId];
    const answer = await answerOf(createTestGuard(), headers);
    assert.equal(answer.status, 400);
    assert.match(answer.challenge ?? '', /error="invalid_request"/);
  }
});

test('210: a token in the query is never read', async () => {
  const request = new Request(`https://api.example.test/x?access_token=${createToken()}`, {
    headers: { 'x-tenant-id': organizationId },
  });
  await assert.rejects(createTestGuard().verify(request), { code: 'no_token' });
});

test('210: a token in a form is never read, and the body is not touched', async () => {
  const request = new Request('https://api.example.test/x', {
    method: 'POST',
    headers: { 'x-tenant-id': organizationId },
    body: new URLSearchParams({ access_token: createToken() }),
  });
  await assert.rejects(createTestGuard().verify(request), { code: 'no_token' });
  assert.equal(request.bodyUsed, false);
});

test('225: GET, HEAD and OPTIONS read; every other method writes, known or not', async () => {
  const guard = createTestGuard();
  const reader = headersWith(createToken({ access: 'read' }));
  const writer = headersWith(createToken());
  for (const method of methods.read) assert.equal(await outcomeOf(guard, reader, method), 'accepted', method);
  for (const method of methods.write)
    assert.equal(await outcomeOf(guard, reader, method), 'access_insufficient', method);
  for (const method of [...methods.read, ...methods.write]) {
    assert.equal(await outcomeOf(guard, writer, method), 'accepted', method);
    assert.equal(await outcomeOf(guard, ['x-tenant-id', organizationId], method), 'no_token', method);
  }
});

test('a route can declare its access, and a method override header changes nothing', async () => {
  const guard = createTestGuard();
  const headers = headersWith(createToken({ access: 'read' }));
  await assert.rejects(guard.verify({ method: 'GET', headers }, { access: 'read_write' }), {
    code: 'access_insufficient',
  });
  assert.ok(await guard.verify({ method: 'POST', headers }, { access: 'read' }));
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    assert.equal(await outcomeOf(guard, [...headers, name, 'GET'], 'POST'), 'access_insufficient');
  }
});

test('219: unavailable keys and faults of the guard are 503 without the cause', async () => {
  const faults: (() => never)[] = [
    () => {
      throw new Error('secret database password');
    },
    () => {
      throw 'a text';
    },
  ];
  for (const find of faults) {
    const answer = await answerOf(createTestGuard({ jwks: { source: { find } } }), headersWith(createToken()));
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '5');
    assert.equal(answer.challenge, undefined);
    assert.doesNotMatch(JSON.stringify(answer.problem), /secret|password|a text/);
  }
  const rejecting = createTestGuard({ jwks: { source: { find: () => Promise.reject(new Error('down')) } } });
  assert.equal((await answerOf(rejecting, headersWith(createToken()))).status, 503);
});

test('219: a key that does not fit its algorithm lets nothing in', async () => {
  const guard = createTestGuard({
    jwks: { source: { find: () => ({ kid: 'ec', alg: 'ES256', key: rsa.publicKey }) } },
  });
  // A fault or a wrong signature: releases of Node differ in when they notice.
  assert.match(await outcomeOf(guard, headersWith(createToken())), /^(guard_failed|token_signature_wrong)$/);
});

test('219: a cached token is refused as soon as the keys are unavailable', async () => {
  let isDown = false;
  const find = (kid: string) => {
    if (isDown) throw new Error('down');
    return guardKeys.find((key) => key.kid === kid);
  };
  const guard = createTestGuard({ jwks: { source: { find } } });
  const headers = headersWith(createToken());
  assert.equal(await outcomeOf(guard, headers), 'accepted');
  isDown = true;
  assert.equal(await outcomeOf(guard, headers), 'guard_failed');
});

test('221 and 223: the caller comes from the claims alone, whatever headers say, and is frozen', async () => {
  const token = createToken({ sub: 'user_1', email: 'owner@example.test', scope: 'public other', jti: 'token_1' });
  const forged = [
    'X-User-Id',
    'user_2',
    'X-Org-Id',
    otherOrganizationId,
    'X-Client-Id',
    'client_2',
    'X-Access',
    'read_write',
  ];
  const caller = await createTestGuard().verify({ method: 'GET', headers: [...forged, ...headersWith(token)] });
  assert.deepEqual(caller, {
    clientId: 'client_1',
    userId: 'user_1',
    organizationId,
    access: 'read_write',
    scopes: ['public', 'other'],
    tokenId: 'token_1',
    expiresAt: (nowSeconds + 3600) * 1000,
    issuedAt: nowSeconds * 1000,
  });
  assert.ok(Object.isFrozen(caller) && Object.isFrozen(caller.scopes));
});

test('a client that calls for itself has no user id', async () => {
  const caller = await createTestGuard().verify({
    method: 'GET',
    headers: headersWith(createToken({ scope: undefined })),
  });
  assert.ok(!('userId' in caller));
  assert.deepEqual(caller.scopes, []);
});

test('a Fetch request, a request of node:http and a flat list of headers are verified alike', async () => {
  const guard = createTestGuard();
  const headers = headersWith(createToken({ access: 'read' }));
  const pairs = [headers.slice(0, 2), headers.slice(2)] as [string, string][];
  const requests = (method: string) => [
    { method, headers },
    { method, headers: new Headers(pairs) },
    { method, rawHeaders: headers },
    // As node:http has it, where the parsed headers hide that one was repeated.
    { method, rawHeaders: headers, headers: { authorization: 'Bearer other' } },
    new Request('https://api.example.test/', { method, headers: pairs }),
  ];
  for (const request of requests('GET')) assert.equal((await guard.verify(request)).organizationId, organizationId);
  for (const request of requests('DELETE')) {
    await assert.rejects(guard.verify(request), { code: 'access_insufficient' });
    assert.equal((await guard.verify(request, { access: 'read' })).access, 'read');
  }
});

test('parsed headers, which hide repeated ones, are refused with the reason as the cause', async () => {
  const wrong = [
    { method: 'GET', headers: { authorization: `Bearer ${createToken()}`, 'x-tenant-id': organizationId } },
    { method: 'GET' },
    undefined,
  ];
  for (const request of wrong) {
    // Plain JavaScript gives what the types forbid.
    const verified = createTestGuard().verify(request as unknown as Parameters<Guard['verify']>[0]);
    await assert.rejects(verified, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'guard_failed');
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  }
});

test('the joined headers of a Fetch API request count as repeated', async () => {
  const guard = createTestGuard();
  const request = (headers: [string, string][], method = 'GET') =>
    guard.verify(new Request('https://api.example.test/', { method, headers }));
  const authorization: [string, string] = ['authorization', `Bearer ${createToken({ access: 'read' })}`];
  const tenant: [string, string] = ['x-tenant-id', organizationId];
  assert.equal((await request([authorization, tenant])).organizationId, organizationId);
  await assert.rejects(request([authorization, authorization, tenant]), { code: 'authorization_repeated' });
  await assert.rejects(request([authorization, tenant, tenant]), { code: 'tenant_malformed' });
  await assert.rejects(request([authorization, tenant], 'DELETE'), { code: 'access_insufficient' });
});
