/** How one of the issuer's documents is fetched. */
export interface FetchOptions {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly accept: string;
  /** How long it may take, body included, in milliseconds. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** Requests the document only if it has changed since this version (RFC 9110 §13.1.2). */
  readonly etag?: string | undefined;
}

/** A document; without `body` if it has not changed. */
export interface Fetched {
  readonly body: Uint8Array | undefined;
  readonly etag: string | undefined;
  readonly contentType: string;
}

/** Fetches a document; throws for any status but 200, and 304 for a conditional request. */
export async function fetchBody(options: FetchOptions): Promise<Fetched> {
  const response = await options.fetch(options.url, {
    headers: { accept: options.accept, ...(options.etag === undefined ? {} : { 'if-none-match': options.etag }) },
    // Whoever can redirect the request could choose the response.
    redirect: 'error',
    // Covers the body as well.
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  const etag = response.headers.get('etag') ?? undefined;
  const contentType = response.headers.get('content-type') ?? '';
  if (response.status === 304 && options.etag !== undefined) {
    await response.body?.cancel();
    return { body: undefined, etag, contentType };
  }
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`${options.url} responded with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (length > options.bytesMax) throw new Error(`the response of ${options.url} is over ${options.bytesMax} bytes`);
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), etag, contentType };
}
