/**
 * Why there is no token: a code of this package, or the error code of the token endpoint (RFC 6749 §5.2).
 * New codes may be added in a minor version, so a `switch` needs a default branch.
 */
export type ClientErrorCode =
  /** An option of `createClient` is missing, unknown or invalid. */
  | 'configuration_wrong'
  /** A token may not be sent to this URL. */
  | 'url_refused'
  /** The connection to the issuer failed or broke. */
  | 'endpoint_unreachable'
  /** No complete response in time. */
  | 'endpoint_timeout'
  /** A redirect, which is never followed: it could lead secrets elsewhere. */
  | 'endpoint_redirects'
  /** A response with status 500 or above. */
  | 'endpoint_unavailable'
  /** A response with status 429. */
  | 'rate_limited'
  /** A response that is not a valid token or not valid metadata. */
  | 'answer_malformed'
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target';

/** What is known about a failure besides its code. Fields may be added in a minor version; all are optional. */
export interface ClientErrorDetails {
  /** The HTTP status of the response; absent if there was none. */
  readonly status?: number | undefined;
  /** The response's `X-Request-Id`, which is also in the server's log. */
  readonly requestId?: string | undefined;
  /** Seconds from `Retry-After`; until they have passed the client sends no token request. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The only error this package throws. It never contains a secret or a token. */
export class BinderyClientError extends Error implements ClientErrorDetails {
  /** What happened, for programs; the message is for people and may change. */
  readonly code: ClientErrorCode;
  readonly status?: number;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;

  /**
   * Public so that tests of your program can create one.
   *
   * @param message the reason; status and request id are appended to it
   */
  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    const { status, requestId, retryAfterSeconds } = details;
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
