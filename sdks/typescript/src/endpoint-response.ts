import { BinderyClientError, type ClientErrorCode, type ClientErrorDetails } from './client-error.ts';
import type { ClientPolicy } from './options.ts';

/** A successful response of the issuer: a JSON object. */
export interface EndpointResponse {
  readonly json: Readonly<Record<string, unknown>>;
  readonly details: ClientErrorDetails;
}

type Sending = Pick<ClientPolicy, 'fetch' | 'now' | 'timeoutSeconds'>;

const responseLengthMax = 65_536;
const oauthErrors: readonly ClientErrorCode[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
];

/** Sends one request to the issuer; anything but a JSON object with status 200 becomes an error. */
export async function requestEndpoint(
  sending: Sending,
  name: string,
  url: URL,
  init: RequestInit,
): Promise<EndpointResponse> {
  const timeout = AbortSignal.timeout(sending.timeoutSeconds * 1000);
  let response: Response;
  let text: string | undefined;
  try {
    response = await sending.fetch(url, { ...init, redirect: 'manual', signal: timeout });
    text = await readBounded(response);
  } catch (error) {
    // Not passed on as the cause: the error of a custom fetch could contain the request, and with it the secret.
    if (timeout.aborted) throw new BinderyClientError('endpoint_timeout', `${name} did not respond in time`);
    throw new BinderyClientError('endpoint_unreachable', `${name} is unreachable${reasonOf(error)}`);
  }
  const details = detailsOf(response, sending.now());
  // A redirect that is not followed shows its status in Node and status 0 elsewhere.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    throw new BinderyClientError('endpoint_redirects', `${name} redirects, which is not followed`, details);
  }
  if (response.status === 429)
    throw new BinderyClientError('rate_limited', `${name} received too many requests`, details);
  if (response.status >= 500) throw new BinderyClientError('endpoint_unavailable', `${name} is unavailable`, details);
  const json = text === undefined ? undefined : parseObject(text);
  if (response.status === 200 && json !== undefined) return { json, details };
  const refusal = oauthErrors.find((code) => code === json?.['error']);
  if (refusal !== undefined) throw new BinderyClientError(refusal, `${name} refused the request: ${refusal}`, details);
  throw malformed(name, 'an unexpected response', details);
}

/** The error for a response that does not contain what it must. */
export function malformed(name: string, what: string, details: ClientErrorDetails): BinderyClientError {
  return new BinderyClientError('answer_malformed', `${name} returned ${what}`, details);
}

/** The body as text; undefined if it is longer than any response of a token endpoint. */
async function readBounded(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the rest.
    if (text.length > responseLengthMax) return undefined;
  }
  return text + decoder.decode();
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    // JSON.parse made it, so its members can be of any kind.
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function detailsOf(response: Response, now: number): ClientErrorDetails {
  const requestId = response.headers.get('x-request-id');
  return {
    status: response.status,
    requestId: requestId !== null && /^[\w.:-]{1,128}$/.test(requestId) ? requestId : undefined,
    retryAfterSeconds: parseRetryAfter(response.headers.get('retry-after'), now),
  };
}

// RFC 9110 §10.2.3: seconds, or a date.
function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** The operating system's code for a failed connection, such as ` (ECONNREFUSED)`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? ` (${code})` : '';
}
