import { createHash } from 'node:crypto';
import { cutoffKinds } from '@bindery/guard';
import type { FastifyInstance } from 'fastify';
import { signJwt } from '../domain/access-token.ts';
import { sendUnlessCached } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';

/** The path of the list of cut-offs, below the issuer; guards poll it. */
export const cutoffsPath = '/.well-known/bindery-cutoffs';

/** The list is signed again at least this often, so that nobody can replay an old one for long. */
const signedEveryMilliseconds = 60_000;

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
    return sendUnlessCached(request, reply, { etag, contentType: 'application/jwt', body: latest.body });
  });
}

/** Signs the list, or returns the previous one if its content is the same and it is recent. */
async function sign({ context, cutoffs, keyRing }: OAuthDeps, before: Signed | undefined): Promise<Signed> {
  const { list } = await cutoffs.snapshot();
  const signer = await keyRing.signer();
  const now = context.now();
  const interval = Math.floor(now / signedEveryMilliseconds);
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
  return { name, body: await signJwt('bindery-cutoffs+jwt', claims, signer) };
}
