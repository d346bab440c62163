/** What proxies say of the request that they ask about: every value that came, in both spellings of the names. */
export interface AskedHeaders {
  readonly methods: readonly string[];
  readonly uris: readonly string[];
  readonly requestIds: readonly string[];
  readonly forwardedFor: readonly string[];
}

type Kind = keyof AskedHeaders;

const none: readonly string[] = Object.freeze([]);

const kinds: Readonly<Record<string, Kind>> = {
  'x-forwarded-method': 'methods',
  'x-original-method': 'methods',
  'x-forwarded-uri': 'uris',
  'x-original-uri': 'uris',
  'x-request-id': 'requestIds',
  'x-forwarded-for': 'forwardedFor',
};
/** By the length of its name, since that is compared before anything else. */
const lengths = new Set(Object.keys(kinds).map((name) => name.length));

/** Reads a flat list `[name, value, name, value, ...]`: a parsed one hides repetitions, and takes ten times as long. */
export function readAskedHeaders(raw: readonly string[]): AskedHeaders {
  const found: Record<Kind, readonly string[]> = { methods: none, uris: none, requestIds: none, forwardedFor: none };
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    // The first letter is an x in either case.
    if (!lengths.has(name.length) || (name.charCodeAt(0) | 0x20) !== 0x78) {
      continue;
    }
    const kind = kinds[name.toLowerCase()];
    if (kind !== undefined) {
      const value = raw[index + 1] ?? '';
      found[kind] = found[kind] === none ? [value] : [...found[kind], value];
    }
  }
  return found;
}

/** The request that a proxy asks about. */
export interface OriginalRequest {
  /** A write when nobody says. */
  readonly method: string;
  /** As it was sent; undefined when nobody says. */
  readonly uri: string | undefined;
}

/** The request that was sent to the proxy; undefined when two say different things. */
export function originalRequest(
  { methods, uris }: Pick<AskedHeaders, 'methods' | 'uris'>,
  isTrusted: boolean,
): OriginalRequest | undefined {
  if (!isTrusted) {
    // Anybody may write these headers.
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
