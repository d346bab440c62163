/** What a proxy says about the original request: every value that was sent, under either name. */
export interface ProxyHeaders {
  readonly methods: readonly string[];
  readonly uris: readonly string[];
  readonly requestIds: readonly string[];
  readonly forwardedFor: readonly string[];
}

type Kind = keyof ProxyHeaders;

/** Shared by all requests that lack a header; never written to. */
const none: string[] = [];

const kinds: Readonly<Record<string, Kind>> = {
  'x-forwarded-method': 'methods',
  'x-original-method': 'methods',
  'x-forwarded-uri': 'uris',
  'x-original-uri': 'uris',
  'x-request-id': 'requestIds',
  'x-forwarded-for': 'forwardedFor',
};
/** The lengths of the names, which are compared first. */
const lengths = new Set(Object.keys(kinds).map((name) => name.length));

/** Reads a flat list `[name, value, name, value, ...]`: parsed headers hide repetitions and take ten times as long. */
export function readProxyHeaders(raw: readonly string[]): ProxyHeaders {
  const found: Record<Kind, string[]> = { methods: none, uris: none, requestIds: none, forwardedFor: none };
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    // The first letter is an x, in either case.
    if (!lengths.has(name.length) || (name.charCodeAt(0) | 0x20) !== 0x78) {
      continue;
    }
    const kind = kinds[name.toLowerCase()];
    if (kind !== undefined) {
      const value = raw[index + 1] ?? '';
      if (found[kind] === none) {
        found[kind] = [value];
      } else {
        found[kind].push(value);
      }
    }
  }
  return found;
}

/** The request that the proxy received. */
export interface OriginalRequest {
  /** POST, and so a write, if no header says otherwise. */
  readonly method: string;
  /** As it was sent; undefined if no header says. */
  readonly uri: string | undefined;
}

/** The request that was sent to the proxy; undefined if two headers contradict each other. */
export function originalRequest(
  { methods, uris }: Pick<ProxyHeaders, 'methods' | 'uris'>,
  isTrusted: boolean,
): OriginalRequest | undefined {
  if (!isTrusted) {
    // Anyone may have written these headers.
    return { method: 'POST', uri: undefined };
  }
  if (!isOne(methods) || !isOne(uris)) {
    return undefined;
  }
  return { method: methods[0] || 'POST', uri: uris[0] };
}

function isOne(values: readonly string[]): boolean {
  return values.length < 2 || values.every((value) => value === values[0]);
}
