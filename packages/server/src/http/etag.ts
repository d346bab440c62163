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
  reply.header('cache-control', `public, max-age=${maxAgeSeconds}`);
  return answerUnlessKnown(request, reply, { etag, contentType: 'application/json; charset=utf-8', body });
}

/** Sends a document, or only its ETag to who has it already. */
export function answerUnlessKnown(
  request: FastifyRequest,
  reply: FastifyReply,
  document: { readonly etag: string; readonly contentType: string; readonly body: string },
): FastifyReply {
  reply.header('etag', document.etag).header('x-content-type-options', 'nosniff');
  const known = request.headers['if-none-match']?.split(/ *, */) ?? [];
  // RFC 9110 §13.1.2: compared as weak ones.
  if (known.some((tag) => tag === '*' || withoutWeakness(tag) === withoutWeakness(document.etag))) {
    return reply.code(304).send();
  }
  return reply.header('content-type', document.contentType).send(document.body);
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '');
}
