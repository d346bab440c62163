import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuardErrorCode } from './guard-error.ts';
import {
  answerOf,
  createTestGuard,
  createToken,
  headersWith,
  organizationId,
  otherOrganizationId,
  outcomeOf,
} from './test-tokens.ts';

test("212: the token's organization passes in any letter case; every other one is the same 403", async () => {
  const guard = createTestGuard();
  const token = createToken();
  for (const tenant of [organizationId, organizationId.toUpperCase()]) {
    assert.equal(await outcomeOf(guard, headersWith(token, tenant)), 'accepted');
  }
  const existing = await answerOf(guard, headersWith(token, otherOrganizationId));
  const unknown = await answerOf(guard, headersWith(token, '00000000-0000-0000-0000-000000000000'));
  assert.equal(existing.status, 403);
  assert.deepEqual(existing, unknown);
});

test('213: a missing, empty, repeated or malformed tenant header is 400', async () => {
  const authorization = ['authorization', `Bearer ${createToken()}`];
  const tenant = ['x-tenant-id', organizationId];
  const table: [readonly string[], GuardErrorCode][] = [
    [[], 'tenant_missing'],
    [['x-tenant-id', ''], 'tenant_missing'],
    [[...tenant, ...tenant], 'tenant_repeated'],
    [[...tenant, 'X-Tenant-ID', otherOrganizationId], 'tenant_repeated'],
    [['x-tenant-id', '', ...tenant], 'tenant_repeated'],
    [['x-tenant-id', '*'], 'tenant_malformed'],
    [['x-tenant-id', 'all'], 'tenant_malformed'],
    [['x-tenant-id', `${organizationId},${organizationId}`], 'tenant_malformed'],
    [['x-tenant-id', `{${organizationId}}`], 'tenant_malformed'],
    [['x-tenant-id', organizationId.replaceAll('-', '')], 'tenant_malformed'],
    [['x-tenant', organizationId], 'tenant_missing'],
  ];
  for (const [headers, code] of table) {
    assert.equal(await outcomeOf(createTestGuard(), [...authorization, ...headers]), code, JSON.stringify(headers));
    assert.equal((await answerOf(createTestGuard(), [...authorization, ...headers])).status, 400);
  }
});

test('213: a tenant header that is not required may be absent, but is compared when it is sent', async () => {
  const guard = createTestGuard({ requireTenantHeader: false });
  const authorization = ['authorization', `Bearer ${createToken()}`];
  assert.equal(await outcomeOf(guard, authorization), 'accepted');
  assert.equal(await outcomeOf(guard, [...authorization, 'x-tenant-id', otherOrganizationId]), 'tenant_mismatch');
  assert.equal(await outcomeOf(guard, [...authorization, 'x-tenant-id', '']), 'tenant_missing');
});

test('216: two tenant headers must agree, ignoring case', async () => {
  const guard = createTestGuard({ tenantHeader: ['x-tenant-id', 'X-Other-Tenant'] });
  const authorization = ['authorization', `Bearer ${createToken()}`];
  const both = (first: string, second: string) => [...authorization, 'x-tenant-id', first, 'x-other-tenant', second];
  assert.equal(await outcomeOf(guard, both(organizationId, organizationId.toUpperCase())), 'accepted');
  assert.equal(await outcomeOf(guard, both(organizationId, otherOrganizationId)), 'tenant_conflict');
  assert.equal(await outcomeOf(guard, both(otherOrganizationId, organizationId)), 'tenant_conflict');
  assert.equal(await outcomeOf(guard, both(organizationId, '')), 'tenant_conflict');
  assert.equal(await outcomeOf(guard, both(otherOrganizationId, otherOrganizationId)), 'tenant_mismatch');
  assert.equal(await outcomeOf(guard, [...authorization, 'x-other-tenant', organizationId]), 'accepted');
});

test('without a valid token nothing is learned about tenants: the token is verified first', async () => {
  assert.equal(await outcomeOf(createTestGuard(), ['x-tenant-id', 'no uuid']), 'no_token');
  assert.equal(await outcomeOf(createTestGuard(), headersWith('x', 'no uuid')), 'token_malformed');
});
