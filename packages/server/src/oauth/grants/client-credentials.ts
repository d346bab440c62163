import { grantScope } from '../../domain/scope.ts';
import type { OAuthDeps } from '../deps.ts';
import type { Granted, GrantRequest } from './grant.ts';

/** RFC 6749 §4.4: the client acts for itself, so the subject is the client (RFC 9068 §2.2); no refresh token. */
export async function clientCredentialsGrant(
  { context: { config } }: OAuthDeps,
  { client, parameters }: GrantRequest,
): Promise<Granted> {
  return {
    subject: {
      issuer: config.publicUrl,
      audience: config.audience,
      subject: client.clientId,
      clientId: client.clientId,
      organizationId: client.organizationId,
      access: client.access,
      scope: grantScope(parameters.get('scope'), config.scopes),
    },
  };
}
