/** How a document of the issuer is fetched. */
export interface FetchOptions {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly accept: string;
  /** How long it may take, the body included, in milliseconds. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** Asks for the document only if it is not this one any more (RFC 9110 §13.1.2). */
  readonly etag?: string | undefined;
}

/** A document, or `undefined` for one that has not changed. */
export interface Fetched {
  readonly body: Uint8Array | undefined;
  readonly etag: string | undefined;
  readonly contentType: string;
}

/** Fetches a document; throws for any answer but 200, and 304 where that was asked for. */
export async function fetchBody(options: FetchOptions): Promise<Fetched> {
  const response = await options.fetch(options.url, {
    headers: { accept: options.accept, ...(options.etag === undefined ? {} : { 'if-none-match': options.etag }) },
    // Who can redirect the answer could choose it.
    redirect: 'error',
    // Covers the body too.
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
    throw new Error(`${options.url} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (length > options.bytesMax) throw new Error(`${options.url} answered more than ${options.bytesMax} bytes`);
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), etag, contentType };
}
