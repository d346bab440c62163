import type { GuardError } from './guard-error.ts';

/** A refusal as HTTP: problem details (RFC 9457) with the challenge of RFC 6750 §3. */
export interface ProblemAnswer {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text. */
  readonly body: string;
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const satisfies Record<GuardError['status'], string>;

const retryAfterSeconds = 5;

/** Puts a refusal into words; the cause stays inside. */
export function createProblemAnswer(
  error: GuardError,
  policy: { readonly realm: string | undefined; readonly errorsUrl: string | undefined },
  traceId?: string,
): ProblemAnswer {
  const challenge = createChallenge(error, policy.realm);
  return {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
      ...(error.status === 503 ? { 'retry-after': String(retryAfterSeconds) } : {}),
    },
    body: JSON.stringify({
      type: policy.errorsUrl === undefined ? 'about:blank' : `${policy.errorsUrl}#${error.code}`,
      title: titles[error.status],
      status: error.status,
      detail: error.message,
      ...(traceId === undefined ? {} : { traceId }),
    }),
  };
}

// RFC 6750 §3.1: a call without a token gets a challenge without an error. Messages are fixed texts and numbers, so
// they stay within the characters that a quoted string allows.
function createChallenge(error: GuardError, realm: string | undefined): string | undefined {
  if (error.status !== 401 && error.error === undefined) return undefined;
  const parameters = [
    ...(realm === undefined ? [] : [`realm="${realm}"`]),
    ...(error.error === undefined ? [] : [`error="${error.error}"`, `error_description="${error.message}"`]),
  ];
  return ['Bearer', parameters.join(', ')].join(' ').trimEnd();
}
