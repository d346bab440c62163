/** Why there is no token: one of ours, or the token endpoint's own word (RFC 6749 §5.2). */
export type ClientErrorCode =
  /** An option of `createClient` is missing, unknown or wrong. */
  | 'configuration_wrong'
  /** A token may not be sent to this URL. */
  | 'url_refused'
  /** No connection, or one that ended early. */
  | 'endpoint_unreachable'
  /** No whole answer in time. */
  | 'endpoint_timeout'
  /** A redirect, which is never followed: secrets must not go elsewhere. */
  | 'endpoint_redirects'
  /** An answer of 500 or above. */
  | 'endpoint_unavailable'
  /** An answer of 429. */
  | 'rate_limited'
  /** An answer that is no token. */
  | 'answer_malformed'
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target';

/** What is known of a failure besides its code. */
export interface FailureFacts {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The only error of this package; it holds neither secret nor token. */
export class BinderyClientError extends Error {
  /** What happened, for programs. */
  readonly code: ClientErrorCode;
  /** The status of the answer, if there was one. */
  readonly status?: number;
  /** The answer's `X-Request-Id`, by which the operator finds it in the log. */
  readonly requestId?: string;
  /** For how many seconds the server wants to be left alone; until then nothing is sent. */
  readonly retryAfterSeconds?: number;

  constructor(code: ClientErrorCode, message: string, facts: FailureFacts = {}) {
    const { status, requestId, retryAfterSeconds } = facts;
    const known = [
      ...(status === undefined ? [] : [`status ${status}`]),
      ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ];
    super(known.length === 0 ? message : `${message} (${known.join(', ')})`);
    this.name = 'BinderyClientError';
    this.code = code;
    if (status !== undefined) this.status = status;
    if (requestId !== undefined) this.requestId = requestId;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}
