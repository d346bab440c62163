import { GuardError } from './guard-error.ts';
import type { GuardedHeaders } from './headers.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Compares the tenant header with the token's organization. The header selects nothing: the organization is always the
 * token's, and a caller who means another one finds out here.
 */
export function checkTenant(
  headers: GuardedHeaders,
  policy: { readonly tenantHeaders: readonly string[]; readonly isTenantHeaderRequired: boolean },
  organizationId: string,
): void {
  const [name = 'the tenant header'] = policy.tenantHeaders;
  if (headers.isTenantRepeated) throw new GuardError('tenant_repeated', `${name} must be sent once`);
  let tenant: string | undefined;
  for (const value of headers.tenants) {
    if (value === undefined) continue;
    const lowered = value === organizationId ? value : value.toLowerCase();
    if (tenant !== undefined && tenant !== lowered) {
      throw new GuardError('tenant_conflict', `${policy.tenantHeaders.join(' and ')} name different organizations`);
    }
    tenant = lowered;
  }
  if (tenant === organizationId) return;
  if (tenant === undefined && !policy.isTenantHeaderRequired) return;
  if (tenant === undefined || tenant === '') {
    throw new GuardError('tenant_missing', `the ${name} header must carry the organization id`);
  }
  if (!uuidPattern.test(tenant)) {
    throw new GuardError('tenant_malformed', `${name} must be a UUID`, { found: tenant });
  }
  // The same whether that organization exists or not: the guard knows only the token's.
  throw new GuardError('tenant_mismatch', `the token belongs to a different organization than ${name} names`, {
    ...{ claim: 'organization_id', reason: 'mismatch', expected: organizationId, found: tenant },
  });
}
