import type { GuardError } from './guard-error.ts';

/** The HTTP response to a refusal: problem details (RFC 9457) with the challenge of RFC 6750 §3. */
export interface ProblemResponse {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON document. */
  readonly body: string;
}

/** What a response says besides the refusal. */
export interface ProblemOptions {
  /** An id by which your log can be searched; it becomes the member `traceId`. */
  readonly traceId?: string;
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const satisfies Record<GuardError['status'], string>;

const retryAfterSeconds = 5;

/** Makes the response; the error's `expected`, `found` and `cause` stay inside. */
export function createProblemResponse(
  error: GuardError,
  realm: string | undefined,
  { traceId }: ProblemOptions = {},
): ProblemResponse {
  const challenge = createChallenge(error, realm);
  return {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
      ...(error.status === 503 ? { 'retry-after': String(retryAfterSeconds) } : {}),
    },
    // Members without a value are left out.
    body: JSON.stringify({
      type: error.type,
      title: titles[error.status],
      status: error.status,
      detail: error.message,
      code: error.code,
      claim: error.claim,
      reason: error.reason,
      traceId,
    }),
  };
}

// RFC 6750 §3.1: a request without a token gets a challenge without an error. Messages are fixed texts and numbers, so
// they stay within the characters that a quoted string allows.
function createChallenge(error: GuardError, realm: string | undefined): string | undefined {
  if (error.status !== 401 && error.error === undefined) return undefined;
  const parameters = [
    ...(realm === undefined ? [] : [`realm="${realm}"`]),
    ...(error.error === undefined ? [] : [`error="${error.error}"`, `error_description="${error.message}"`]),
  ];
  return ['Bearer', parameters.join(', ')].join(' ').trimEnd();
}
