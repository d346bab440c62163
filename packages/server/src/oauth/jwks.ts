import { jwksPath } from '@bindery/guard/issuer';
import type { FastifyInstance } from 'fastify';
import { sendCacheableJson } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';

/** Serves the public signing keys (RFC 7517 §5), with an ETag so that polling is cheap. */
export function jwksEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.get(jwksPath, async (request, reply) => {
    const keys = await deps.keyRing.published();
    const body = JSON.stringify({ keys: keys.map((key) => key.publicJwk) });
    return sendCacheableJson(request, reply, body, deps.context.config.keySetMaxAgeSeconds);
  });
}
