import { BinderyClientError } from './client-error.ts';
import { type ClientOptions, type ClientPolicy, parseOptions } from './options.ts';
import { refuseBrowser } from './refuse-browser.ts';
import { parseSafeUrl } from './safe-url.ts';
import { createTokenSource } from './token-source.ts';

/** What `token()` takes. */
export interface TokenOptions {
  /** Ends this caller's waiting; the request goes on for the others. */
  readonly signal?: AbortSignal | undefined;
}

/** An API client: one token for all callers of this process. */
export interface BinderyClient {
  /** Calls an API as `fetch` does, with the token and the organization; on a 401 once more with a new token. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** The token, for a program that sends requests by itself; ask for it before each call and do not keep it. */
  token(options?: TokenOptions): Promise<string>;
}

/**
 * Makes a client for the grant `client_credentials` (RFC 6749 §4.4). Wrong options throw a `BinderyClientError` with
 * the code `configuration_wrong` at once; so does a browser. Nothing is sent before the first call.
 */
export function createClient(options: ClientOptions): BinderyClient {
  refuseBrowser();
  const policy = parseOptions(options);
  const source = createTokenSource(policy);

  async function call(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    refuseUnsafeUrl(input);
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
    const accessToken = await source.take(signal);
    const response = await send(policy, accessToken, input, init);
    if (response.status !== 401) return response;
    source.drop(accessToken);
    if (!isRepeatable(input, init)) return response;
    await response.body?.cancel();
    return send(policy, await source.take(signal), input, init);
  }

  return Object.freeze({
    fetch: call,
    token: (tokenOptions: TokenOptions = {}) => source.take(tokenOptions.signal),
  });
}

function send(policy: ClientPolicy, accessToken: string, input: string | URL | Request, init: RequestInit) {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  headers.set('authorization', `Bearer ${accessToken}`);
  headers.set(policy.tenantHeader, policy.organizationId);
  return policy.fetch(input, { ...init, headers });
}

function refuseUnsafeUrl(input: string | URL | Request): void {
  const url = input instanceof Request ? input.url : String(input);
  if (parseSafeUrl(url) !== undefined) return;
  throw new BinderyClientError('url_refused', 'a token goes to whole https URLs only, or to http on loopback');
}

/** Whether the body can be sent again: a stream is gone once it was read. */
function isRepeatable(input: string | URL | Request, init: RequestInit): boolean {
  const body: unknown = init.body ?? (input instanceof Request ? input.body : null);
  return (
    body === null ||
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}
