interface Answer {
  readonly status: 400 | 401 | 403 | 503;
  /** The error of RFC 6750 §3.1, where the answer carries one. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
}

/** Every refusal of the guard: its status, and the error code of RFC 6750 §3.1 where one belongs to it. */
export const guardErrorAnswers = {
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

/** The closed set of reasons for which a call is refused. */
export type GuardErrorCode = keyof typeof guardErrorAnswers;

/** The call is refused; `message` may be shown to the caller, `cause` is for the API's own log. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly code: GuardErrorCode;
  /** The HTTP status to answer with. */
  readonly status: Answer['status'];
  /** The error code of RFC 6750 §3.1, where one belongs to this refusal. */
  readonly error: Answer['error'];

  constructor(code: GuardErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    // Seen as the wide type: the table's rows have different members.
    const answer: Answer = guardErrorAnswers[code];
    this.status = answer.status;
    this.error = answer.error;
  }
}
