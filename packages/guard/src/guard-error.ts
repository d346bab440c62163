interface Answer {
  readonly status: 400 | 401 | 403 | 503;
  /** The error code of RFC 6750 §3.1, if the challenge has one. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
}

/** Every refusal of the guard by its code: the HTTP status, and the error code of RFC 6750 §3.1 if there is one. */
export const guardErrors = {
  no_token: { status: 401 },
  authorization_repeated: { status: 400, error: 'invalid_request' },
  token_too_long: { status: 401, error: 'invalid_token' },
  token_malformed: { status: 401, error: 'invalid_token' },
  token_header_refused: { status: 401, error: 'invalid_token' },
  token_key_unknown: { status: 401, error: 'invalid_token' },
  token_signature_wrong: { status: 401, error: 'invalid_token' },
  token_claim_wrong: { status: 401, error: 'invalid_token' },
  token_expired: { status: 401, error: 'invalid_token' },
  token_from_future: { status: 401, error: 'invalid_token' },
  token_cut_off: { status: 401, error: 'invalid_token' },
  tenant_missing: { status: 400 },
  tenant_repeated: { status: 400 },
  tenant_malformed: { status: 400 },
  tenant_conflict: { status: 400 },
  tenant_mismatch: { status: 403 },
  access_insufficient: { status: 403, error: 'insufficient_scope' },
  keys_unavailable: { status: 503 },
  cutoffs_unavailable: { status: 503 },
  guard_failed: { status: 503 },
} as const satisfies Record<string, Answer>;

/** Why a request is refused: the stable, machine-readable code. The set is closed within a major version. */
export type GuardErrorCode = keyof typeof guardErrors;

/** What is wrong with a claim or header parameter. */
export type GuardErrorReason =
  | 'missing'
  /** Present, but of the wrong type or form. */
  | 'malformed'
  /** Well formed, but not the value this API expects. */
  | 'mismatch'
  /** Present, but must not be. */
  | 'not_allowed'
  | 'expired'
  | 'not_yet_valid'
  | 'insufficient';

/** What a refusal says besides its code and message. */
export interface GuardErrorDetails {
  readonly claim?: string;
  readonly reason?: GuardErrorReason;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * A refused request. `code`, `type`, `message`, `claim` and `reason` may be shown to the caller; `expected`, `found` and
 * `cause` are for the API's own log, since they tell how it is configured.
 */
export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly code: GuardErrorCode;
  /** The HTTP status to respond with. */
  readonly status: Answer['status'];
  /** The error code of RFC 6750 §3.1, if there is one. */
  readonly error: Answer['error'];
  /** The URL of the page that explains the code, by default `<issuer>/docs/errors#<code>`. */
  readonly type: string = 'about:blank';
  /** The claim (RFC 7519 §4.1) or header parameter (RFC 7515 §4.1) at fault, if it is one: `aud`, `exp`, `alg`. */
  readonly claim: string | undefined;
  /** What is wrong with `claim`. */
  readonly reason: GuardErrorReason | undefined;
  /** The value that would have passed. Never shown to the caller. */
  readonly expected: unknown;
  /** The value in the request. Never shown to the caller. */
  readonly found: unknown;

  constructor(code: GuardErrorCode, message: string, details: GuardErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    // Seen as the wide type: the table's rows have different members.
    const answer: Answer = guardErrors[code];
    this.status = answer.status;
    this.error = answer.error;
    this.claim = details.claim;
    this.reason = details.reason;
    this.expected = details.expected;
    this.found = details.found;
  }
}

/** Names the page that explains the error, which only the guard that throws it knows. */
export function linkToExplanation(error: GuardError, errorsUrl: string | undefined): GuardError {
  // Read-only for everyone else: the checks that create the error do not know the guard's options.
  if (errorsUrl !== undefined) (error as { type: string }).type = `${errorsUrl}#${error.code}`;
  return error;
}

/** A refusal because of one claim or header parameter. */
export function refusedClaim(
  code: 'token_claim_wrong' | 'token_header_refused',
  claim: string,
  message: string,
  details: GuardErrorDetails,
): GuardError {
  return new GuardError(code, message, { claim, ...details });
}
