import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const folder = new URL('../../../assets/portal/', import.meta.url);
const types = { 'portal.css': 'text/css; charset=utf-8', 'portal.js': 'text/javascript; charset=utf-8' } as const;

/** Serves the portal's style and script; returns a file's name with its version, which may be cached forever. */
export function portalAssets(app: FastifyInstance): (name: string) => string {
  const versions = new Map<string, string>();
  for (const [name, type] of Object.entries(types)) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const version = createHash('sha256').update(text).digest('base64url').slice(0, 10);
    versions.set(name, `${name}?v=${version}`);
    app.get<{ Querystring: { v?: string } }>(`/docs/assets/${name}`, (request, reply) =>
      reply
        .headers({
          'content-type': type,
          'cache-control': request.query.v === version ? 'public, max-age=31536000, immutable' : 'no-cache',
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'same-origin',
        })
        .send(text),
    );
  }
  return (name) => versions.get(name) ?? name;
}
