import { jwksPath } from '@bindery/guard/issuer';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { sendCacheableJson } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';
import { introspectionPath } from './introspect.ts';
import { revocationPath } from './revoke.ts';

const authMethods = ['client_secret_basic', 'client_secret_post'];

/** The paths of the metadata document: the standard one (RFC 8414 §3), and the only one that some libraries read. */
export const metadataPaths = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const;

const maxAgeSeconds = 300;

/** Serves the metadata document, which lists exactly what the server supports. */
export function metadataEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  const body = JSON.stringify(metadataOf(deps.context.config));
  for (const path of metadataPaths) {
    app.get(path, (request, reply) => sendCacheableJson(request, reply, body, maxAgeSeconds));
  }
}

/** The document of RFC 8414 §2, without empty members (§3.2) such as `response_types_supported`. */
export function metadataOf(config: Config): Readonly<Record<string, unknown>> {
  return {
    issuer: config.publicUrl,
    token_endpoint: config.publicUrl + config.tokenPaths[0],
    jwks_uri: config.publicUrl + jwksPath,
    service_documentation: `${config.publicUrl}/docs`,
    scopes_supported: config.scopes,
    grant_types_supported: config.grantTypes,
    token_endpoint_auth_methods_supported: authMethods,
    introspection_endpoint: config.publicUrl + introspectionPath,
    introspection_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint: config.publicUrl + revocationPath,
    revocation_endpoint_auth_methods_supported: authMethods,
  };
}
