import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BindersError } from './problem.ts';

/** The largest accepted body, in bytes. */
export const bodyBytesMax = 64 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Makes JSON the only accepted content type in this scope; everything else is 415. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer', bodyLimit: bodyBytesMax },
    async (request: FastifyRequest, body: Buffer) => {
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
        throw new BindersError('unsupported_media_type', 'the body must not be compressed');
      }
      // Some clients send a content type with every request, even without a body.
      if (body.length === 0) return undefined;
      try {
        const parsed: unknown = JSON.parse(decoder.decode(body));
        return parsed;
      } catch {
        throw new BindersError('invalid_json', 'the body is not JSON in UTF-8');
      }
    },
  );
}
