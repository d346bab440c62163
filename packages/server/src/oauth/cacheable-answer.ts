import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends JSON that callers may keep, with an ETag so that a poll costs a header (RFC 9110 §13.1.2). */
export function answerCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
  maxAgeSeconds: number,
): FastifyReply {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  reply
    .header('cache-control', `public, max-age=${maxAgeSeconds}`)
    .header('etag', etag)
    .header('x-content-type-options', 'nosniff');
  if (request.headers['if-none-match']?.split(/ *, */).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)) {
    return reply.code(304).send();
  }
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
}
