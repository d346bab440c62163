import { BinderyClientError, type ClientErrorCode, type FailureFacts } from './client-error.ts';
import type { ClientPolicy } from './options.ts';

/** An answer of the issuer that may be looked into. */
export interface EndpointAnswer {
  readonly json: Readonly<Record<string, unknown>>;
  readonly facts: FailureFacts;
}

type Sending = Pick<ClientPolicy, 'fetch' | 'now' | 'timeoutSeconds'>;

const answerLengthMax = 65_536;
const refusals: readonly ClientErrorCode[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
];

/** Sends one request to the issuer; anything but a JSON object with status 200 becomes an error. */
export async function askEndpoint(
  sending: Sending,
  name: string,
  url: URL,
  init: RequestInit,
): Promise<EndpointAnswer> {
  const timeout = AbortSignal.timeout(sending.timeoutSeconds * 1000);
  let response: Response;
  let text: string | undefined;
  try {
    response = await sending.fetch(url, { ...init, redirect: 'manual', signal: timeout });
    text = await readBounded(response);
  } catch (error) {
    // The error itself stays here: with a fetch of somebody else's it could hold the request.
    if (timeout.aborted) throw new BinderyClientError('endpoint_timeout', `${name} did not answer in time`);
    throw new BinderyClientError('endpoint_unreachable', `${name} cannot be reached${reasonOf(error)}`);
  }
  const facts = factsOf(response, sending.now());
  // A redirect that is not followed shows as itself in Node and as status 0 elsewhere.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    throw new BinderyClientError('endpoint_redirects', `${name} redirects, which is never followed`, facts);
  }
  if (response.status === 429) throw new BinderyClientError('rate_limited', `${name} has had too many requests`, facts);
  if (response.status >= 500) throw new BinderyClientError('endpoint_unavailable', `${name} is unavailable`, facts);
  const json = text === undefined ? undefined : parseObject(text);
  if (response.status === 200 && json !== undefined) return { json, facts };
  const refusal = refusals.find((code) => code === json?.['error']);
  if (refusal !== undefined) throw new BinderyClientError(refusal, `${name} refuses: ${refusal}`, facts);
  throw malformed(name, 'with something else than asked for', facts);
}

/** The error for an answer that does not hold what it must. */
export function malformed(name: string, what: string, facts: FailureFacts): BinderyClientError {
  return new BinderyClientError('answer_malformed', `${name} answers ${what}`, facts);
}

/** The body as text, or undefined when it is longer than any answer of a token endpoint. */
async function readBounded(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the rest.
    if (text.length > answerLengthMax) return undefined;
  }
  return text + decoder.decode();
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    // An object that JSON.parse made, with members of any kind.
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(response: Response, now: number): FailureFacts {
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

/** The operating system's word for a connection that failed, such as ` (ECONNREFUSED)`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? ` (${code})` : '';
}
