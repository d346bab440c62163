/** Every error code of the OAuth endpoints; `error-response.ts` has the response to each. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'request_too_large'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'too_many_requests'
  | 'temporarily_unavailable';

/** Every error code of the management actions, on the command line and over HTTP. */
export type ApiErrorCode =
  | 'invalid_input'
  | 'unauthenticated'
  | 'reauthentication_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'precondition_required'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'setup_required'
  | 'unavailable';

/** A refusal of an OAuth endpoint (RFC 6749 §5.2); the description is for the caller. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;

  /** For `too_many_requests`: how long to wait before another attempt. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: OAuthErrorCode,
    description: string,
    options?: ErrorOptions & { readonly retryAfterSeconds?: number },
  ) {
    super(description, options);
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

/** What the audit log is told about a refusal, and the caller is not. */
export interface Refusal {
  /** The true reason. */
  readonly reason: string;
  /** The user it concerns, if that is somebody else than the caller or the caller has no session. */
  readonly userId?: string | undefined;
  /** The organization whose audit log shows it. */
  readonly organizationId?: string | null | undefined;
}

/** A refusal of a management action (RFC 9457); the message says how to fix it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** For `invalid_input`: what is wrong with which field. */
  readonly fields: Readonly<Record<string, readonly string[]>> | undefined;
  /** For `invalid_input`: which rule was broken, where the console has words of its own for it. */
  readonly reason: string | undefined;
  /** For `too_many_requests`: how long to wait before another attempt. */
  readonly retryAfterSeconds: number | undefined;
  /** Set where somebody was turned away at a door: the caller's response does not show it, the audit log does. */
  readonly refusal: Refusal | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options?: ErrorOptions & {
      readonly fields?: Readonly<Record<string, readonly string[]>>;
      readonly reason?: string;
      readonly retryAfterSeconds?: number;
      readonly refusal?: Refusal;
    },
  ) {
    super(message, options);
    this.code = code;
    this.fields = options?.fields;
    this.reason = options?.reason;
    this.retryAfterSeconds = options?.retryAfterSeconds;
    this.refusal = options?.refusal;
  }
}

/** Bindery cannot start because of its configuration; every problem says how to fix it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}
