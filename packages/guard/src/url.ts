/** What everything that is fetched from the issuer needs. */
export interface FetchPolicy {
  readonly issuer: string;
  /** Whether plain http is allowed on hosts other than loopback. */
  readonly allowInsecureRequests: boolean;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

/** Reads an http or https URL; `undefined` when it is not one. */
export function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** A URL below the issuer's, which may end with a slash. */
export function urlBelow(issuer: string, path: string): string {
  return issuer.replace(/\/$/, '') + path;
}

/** The URL of something that decides which requests pass: https, or http on loopback or where that is allowed. */
export function parseFetchUrl(name: string, given: unknown, allowInsecureRequests: boolean): string {
  const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
  if (url?.username !== '' || url.password !== '') throw new TypeError(`${name} must be an http or https URL`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowInsecureRequests) {
    throw new TypeError(
      `${name} must be https: whoever can alter the response can forge tokens (to allow it: allowInsecureRequests)`,
    );
  }
  return url.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
