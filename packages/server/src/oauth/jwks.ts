import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { OAuthDeps } from './deps.ts';
import { keySetMaxAgeSeconds } from './key-ring.ts';

/** Serves the public keys (RFC 7517 §5), with an ETag so that a poll costs a header. */
export function jwksEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.get('/.well-known/jwks.json', async (request, reply) => {
    const keys = await deps.keyRing.published();
    const body = JSON.stringify({ keys: keys.map((key) => key.publicJwk) });
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    reply
      .header('cache-control', `public, max-age=${keySetMaxAgeSeconds}`)
      .header('etag', etag)
      .header('x-content-type-options', 'nosniff');
    if (
      request.headers['if-none-match']?.split(/ *, */).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
    ) {
      return reply.code(304).send();
    }
    return reply.header('content-type', 'application/json; charset=utf-8').send(body);
  });
}
