import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends JSON that callers may cache, with an ETag so that polling is cheap (RFC 9110 §13.1.2). */
export function sendCacheableJson(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
  maxAgeSeconds: number,
): FastifyReply {
  reply.header('cache-control', `public, max-age=${maxAgeSeconds}`);
  return sendUnlessCached(request, reply, {
    etag: etagOf(body),
    contentType: 'application/json; charset=utf-8',
    body,
  });
}

/** Sends a document, or 304 if the caller already has it. */
export function sendUnlessCached(
  request: FastifyRequest,
  reply: FastifyReply,
  document: { readonly etag: string; readonly contentType: string; readonly body: string },
): FastifyReply {
  reply.header('etag', document.etag).header('x-content-type-options', 'nosniff');
  return isCached(request, document.etag)
    ? reply.code(304).send()
    : reply.header('content-type', document.contentType).send(document.body);
}

/** A strong ETag for a body. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

/** Whether If-None-Match lists `etag`, or is `*`; the comparison is weak (RFC 9110 §13.1.2). */
export function isCached(request: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const opaque = withoutWeakness(etag);
  // Splits at commas alone, then trims: a pattern with spaces on both sides takes quadratic time on a run of spaces.
  const listed = request.headers['if-none-match']?.split(',') ?? [];
  return listed.map((tag) => tag.trim()).some((tag) => tag === '*' || withoutWeakness(tag) === opaque);
}

function withoutWeakness(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
