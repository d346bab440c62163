import { BinderyClientError } from './client-error.ts';
import { type ClientOptions, type ClientPolicy, parseOptions } from './options.ts';
import { refuseBrowser } from './refuse-browser.ts';
import { parseSafeUrl } from './safe-url.ts';
import { createTokenSource } from './token-source.ts';

/** The options of `token()`. */
export interface TokenOptions {
  /** Stops this caller's waiting; a token request that is under way continues for the other callers. */
  readonly signal?: AbortSignal | undefined;
}

/** An API client: one access token, shared by all callers in this process. */
export interface BinderyClient {
  /**
   * Calls an API like the global `fetch`, with the access token and the tenant header. After a 401 it calls once more
   * with a new token, unless the body is a stream.
   *
   * @param input an https URL, or http on loopback
   * @param init as for `fetch`; `signal` also stops the waiting for a token
   * @returns the response, whatever its status
   * @throws {BinderyClientError} if there is no token, or with the code `url_refused`
   * @throws what `fetch` throws, if the API is unreachable
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * The access token, for programs that send requests themselves. Call it before each request and do not store the
   * result: it comes from the cache and is renewed in time.
   *
   * @throws {BinderyClientError} if there is no token
   * @throws the signal's reason, if it is aborted
   */
  token(options?: TokenOptions): Promise<string>;
}

/**
 * Creates a client for the client credentials grant (RFC 6749 §4.4). Create one per program: the token is cached in it.
 * Nothing is sent before the first call.
 *
 * @throws {BinderyClientError} `configuration_wrong` if an option is invalid, or in a browser, where a secret cannot be
 *   kept
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
  throw new BinderyClientError('url_refused', 'a token is sent to absolute https URLs only, or to http on loopback');
}

/** Whether the body can be sent again: a stream can be read only once. */
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
