import { createHash } from 'node:crypto';
import {
  cutoffKinds,
  cutoffsMediaType,
  cutoffsPath,
  cutoffsSignedEverySeconds,
  cutoffsType,
} from '@bindery/guard/issuer';
import type { FastifyInstance } from 'fastify';
import { signJwt } from '../domain/access-token.ts';
import { sendUnlessCached } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';

interface Signed {
  readonly name: string;
  readonly body: string;
}

/** Serves the signed list of cut-offs, with an ETag so that polling is cheap. */
export function cutoffsEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  let signed: Signed | undefined;
  app.get(cutoffsPath, async (request, reply) => {
    const latest = await sign(deps, signed);
    signed = latest;
    // Caches may store it, but must revalidate it each time.
    reply.header('cache-control', 'no-cache');
    // Weak: each server's signature over the same list differs.
    const etag = `W/"${latest.name}"`;
    return sendUnlessCached(request, reply, { etag, contentType: cutoffsMediaType, body: latest.body });
  });
}

/** Signs the list, or returns the previous one if its content is the same and it is recent. */
async function sign({ context, cutoffs, keyRing }: OAuthDeps, before: Signed | undefined): Promise<Signed> {
  const { list } = await cutoffs.snapshot();
  const signer = await keyRing.signer();
  const now = context.now();
  const interval = Math.floor(now / (cutoffsSignedEverySeconds * 1000));
  // Expired entries disappear without a new sequence number.
  const size = cutoffKinds.reduce((sum, kind) => sum + list.cutoffs[kind].size, 0);
  const name = createHash('sha256').update(`${signer.kid} ${interval} ${list.seq} ${size}`).digest('base64url');
  if (before?.name === name) {
    return before;
  }
  const claims = {
    iss: context.config.publicUrl,
    iat: Math.floor(now / 1000),
    seq: list.seq,
    cutoffs: Object.fromEntries(cutoffKinds.map((kind) => [kind, Object.fromEntries(list.cutoffs[kind])])),
  };
  return { name, body: await signJwt(cutoffsType, claims, signer) };
}
