import { cutoffsMediaType, cutoffsPath, cutoffsSinceParameter } from '@bindery/guard/issuer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import { isCached, sendUnlessCached } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';
import { SignedCutoffs } from './signed-cutoffs.ts';

/**
 * Serves the signed list of cut-offs, or what is new in it since a number. The ETag stands for the list that the caller
 * has afterwards, whichever of the two it was sent, so that polling is cheap.
 */
export function cutoffsEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  const documents = new SignedCutoffs(deps);
  app.get(cutoffsPath, async (request, reply) => {
    const since = sinceOf(request);
    const version = await documents.version();
    // Caches may store it, but must revalidate it each time.
    reply.header('cache-control', 'no-cache');
    // Weak: each server's signature over the same list differs.
    const etagOf = (name: string) => `W/"${name}"`;
    // A caller that is up to date costs no signature.
    const { name, body } = isCached(request, etagOf(version.name))
      ? { name: version.name, body: '' }
      : await documents.document(version, since);
    return sendUnlessCached(request, reply, { etag: etagOf(name), contentType: cutoffsMediaType, body });
  });
}

function sinceOf({ query }: FastifyRequest): number | undefined {
  const text = (query as Readonly<Record<string, unknown>>)[cutoffsSinceParameter];
  if (text === undefined) {
    return undefined;
  }
  const since = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(since)) {
    throw new ApiError('invalid_input', `${cutoffsSinceParameter} must be the number of a revocation list`);
  }
  return since;
}
