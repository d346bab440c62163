import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import type { SampleValues } from './fill.ts';

/** The values for the samples of a client. */
export function fillSampleValues(
  instance: ResponseOf<'getInstance'>,
  client: { readonly id: string; readonly organizationId: string },
  clientSecret: string,
): SampleValues {
  return {
    issuer: instance.issuer,
    tokenUrl: instance.tokenUrl,
    apiUrl: instance.apiUrl,
    tenantHeader: instance.tenantHeader,
    scope: instance.scope,
    organizationId: client.organizationId,
    clientId: client.id,
    clientSecret,
  };
}
