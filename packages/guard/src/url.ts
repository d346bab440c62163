/** Reads an http or https URL; `undefined` when it is none. */
export function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** The address of something that decides whom to let in: https, or http on loopback or where that is allowed. */
export function parseFetchUrl(name: string, given: unknown, mayBeInsecure: boolean): string {
  const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
  if (url?.username !== '' || url.password !== '') throw new TypeError(`${name} must be an http or https URL`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !mayBeInsecure) {
    throw new TypeError(`${name} must be https, since who can change it can let anybody in (see allowInsecureJwks)`);
  }
  return url.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
