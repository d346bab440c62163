import { createHash } from 'node:crypto';
import { cutoffKinds } from '@bindery/guard';
import type { FastifyInstance } from 'fastify';
import { signJwt } from '../domain/access-token.ts';
import { answerUnlessKnown } from '../http/etag.ts';
import type { OAuthDeps } from './deps.ts';

/** Where the list of cut-offs stands; guards look for it there, below the issuer. */
export const cutoffsPath = '/.well-known/bindery-cutoffs';

/** The list is signed anew at least this often, so that an old one cannot be shown for long. */
const signedEveryMilliseconds = 60_000;

interface Signed {
  readonly name: string;
  readonly body: string;
}

/** Serves the signed list of what was cut off, with an ETag so that a poll costs a header. */
export function cutoffsEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  let signed: Signed | undefined;
  app.get(cutoffsPath, async (request, reply) => {
    const latest = await sign(deps, signed);
    signed = latest;
    // May be kept, but is asked for each time.
    reply.header('cache-control', 'no-cache');
    // Weak: another server signs the same list with other bytes.
    const etag = `W/"${latest.name}"`;
    return answerUnlessKnown(request, reply, { etag, contentType: 'application/jwt', body: latest.body });
  });
}

/** The signed list; the one from before where it says the same and is young. */
async function sign({ context, cutoffs, keyRing }: OAuthDeps, before: Signed | undefined): Promise<Signed> {
  const { list } = await cutoffs.look();
  const signer = await keyRing.signer();
  const now = context.now();
  const turn = Math.floor(now / signedEveryMilliseconds);
  // Entries that have ended go without a new number.
  const size = cutoffKinds.reduce((sum, kind) => sum + list.cutoffs[kind].size, 0);
  const name = createHash('sha256').update(`${signer.kid} ${turn} ${list.seq} ${size}`).digest('base64url');
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
