import type { AccessTokenSubject } from '../../domain/access-token.ts';
import { grantScope } from '../../domain/scope.ts';
import type { ClientCredentials } from '../../store/client-credentials.ts';
import type { Parameters } from '../parameters.ts';

/** RFC 6749 §4.4: the client acts for itself, so the subject is the client (RFC 9068 §2.2). */
export function clientCredentialsGrant(
  client: ClientCredentials,
  parameters: Parameters,
  issuing: { readonly issuer: string; readonly audience: string; readonly scopes: readonly string[] },
): AccessTokenSubject {
  return {
    issuer: issuing.issuer,
    audience: issuing.audience,
    subject: client.clientId,
    clientId: client.clientId,
    organizationId: client.organizationId,
    access: client.access,
    scope: grantScope(parameters.get('scope'), issuing.scopes),
  };
}
