import type { Config } from '../config.ts';

/** The path of the public URL, without a trailing slash; empty if Bindery is served at the root of its host. */
export function basePathOf({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** Makes a function from the target in a request line to the path that routes are registered under. */
export function routePathOf(config: Pick<Config, 'publicUrl'>): (target: string) => string {
  const basePath = basePathOf(config);
  return (target) => routePath(target, basePath);
}

/** Strips the authority (RFC 9112 §3.2.2) and the base path. */
function routePath(target: string, basePath: string): string {
  const path = /^https?:\/\/[^/?#]*/i.test(target) ? target.replace(/^https?:\/\/[^/?#]*/i, '') || '/' : target;
  if (basePath === '') {
    return path;
  }
  // RFC 8414 §3.1: the well-known part comes before the issuer's path.
  const wellKnown = /^(\/\.well-known\/[a-z-]+)(\/.*)$/.exec(path);
  if (wellKnown?.[2] === basePath) {
    return wellKnown[1] ?? path;
  }
  return path === basePath || path.startsWith(`${basePath}/`) ? path.slice(basePath.length) || '/' : path;
}
