import { errorsPath } from '@bindery/guard/issuer';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ApiErrorCode, OAuthError, type OAuthErrorCode } from '../errors.ts';
import { isStoreUnavailable, ReadRefusedError, storeRetryAfterSeconds } from '../store/unavailable.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The page that explains every code; a response links to it with `#` and the code. */
    errorsUrl?: string;
  }
}

interface OAuthAnswer {
  readonly status: number;
  /** The code on the wire, if it differs from ours. */
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How each OAuth error is answered (RFC 6749 §5.2). */
export const oauthAnswers: Readonly<Record<OAuthErrorCode, OAuthAnswer>> = {
  invalid_request: { status: 400 },
  request_too_large: { status: 413, error: 'invalid_request' },
  unsupported_media_type: { status: 415, error: 'invalid_request' },
  method_not_allowed: { status: 405, error: 'invalid_request' },
  invalid_client: { status: 401 },
  invalid_grant: { status: 400 },
  unauthorized_client: { status: 400 },
  unsupported_grant_type: { status: 400 },
  invalid_scope: { status: 400 },
  invalid_target: { status: 400 },
  too_many_requests: { status: 429, error: 'invalid_request' },
  temporarily_unavailable: { status: 503, headers: { 'retry-after': String(storeRetryAfterSeconds) } },
};

/** How each error of a management action is answered (RFC 9457). */
export const apiAnswers: Readonly<Record<ApiErrorCode, { readonly status: number; readonly title: string }>> = {
  invalid_input: { status: 400, title: 'Invalid input' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  reauthentication_required: { status: 403, title: 'Password required' },
  forbidden: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  precondition_failed: { status: 412, title: 'Precondition failed' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  precondition_required: { status: 428, title: 'If-Match required' },
  too_many_requests: { status: 429, title: 'Too many attempts' },
  setup_required: { status: 503, title: 'Not set up yet' },
  unavailable: { status: 503, title: 'Unavailable' },
};

/** Turns an error of an OAuth endpoint into its response; an unexpected one is a bare 500, with the details in the log. */
export function answerOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toOAuthError(error);
  const { errorsUrl } = reply.server;
  if (refusal === undefined) {
    request.log.error({ err: error }, 'request failed');
    return sendJson(reply.code(500), {
      error: 'server_error',
      error_description: 'internal server error; the server log has the details under the request id',
      ...errorUri(errorsUrl, 'server_error'),
    });
  }
  const answer = oauthAnswers[refusal.code];
  if (answer.status >= 500) {
    request.log.error({ err: error }, 'request refused: the store failed');
  }
  reply.code(answer.status).headers(answer.headers ?? {});
  if (refusal.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(refusal.retryAfterSeconds));
  }
  return sendJson(reply, {
    error: answer.error ?? refusal.code,
    error_description: refusal.message,
    ...errorUri(errorsUrl, refusal.code),
  });
}

/** RFC 6749 §5.2: the page that explains the error. */
function errorUri(errorsUrl: string | undefined, code: string): { readonly error_uri?: string } {
  return errorsUrl === undefined ? {} : { error_uri: `${errorsUrl}#${code}` };
}

/** Sends a JSON response of an OAuth endpoint, which must not be cached (RFC 6749 §5.1). */
export function sendJson(reply: FastifyReply, body: object): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .header('x-content-type-options', 'nosniff')
    .send(JSON.stringify(body));
}

/** Turns an error of any other endpoint into problem details. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toApiError(error);
  if (refusal !== undefined) {
    const { status, title } = apiAnswers[refusal.code];
    if (refusal.code === 'unavailable') {
      request.log.error({ err: error }, 'request refused: the store failed');
      reply.header('retry-after', String(storeRetryAfterSeconds));
    }
    if (refusal.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(refusal.retryAfterSeconds));
    }
    return sendProblem(request, reply, {
      type: `${reply.server.errorsUrl ?? errorsPath}#${refusal.code}`,
      status,
      title,
      code: refusal.code,
      detail: refusal.message,
      ...(refusal.fields && { errors: refusal.fields }),
      ...(refusal.reason && { reason: refusal.reason }),
    });
  }
  const status = httpStatusOf(error);
  if (status === undefined) {
    request.log.error({ err: error }, 'request failed');
    return sendProblem(request, reply, { status: 500, title: 'Internal server error' });
  }
  return sendProblem(request, reply, { status, title: statusTitles[status] ?? 'Bad request' });
}

/** Sends problem details (RFC 9457) with the request id as `traceId`. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { readonly status: number; readonly title: string; readonly [member: string]: unknown },
): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(JSON.stringify({ type: 'about:blank', ...problem, traceId: request.id }));
}

const statusTitles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Content too large',
  414: 'URI too long',
  415: 'Unsupported media type',
  503: 'Unavailable',
};

/** For the caller, while the store is unavailable. */
export const unavailableDescription = 'the server is temporarily unavailable; try again in a few seconds';

function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) {
    return error;
  }
  if (!isStoreUnavailable(error)) {
    return undefined;
  }
  const message = error instanceof ReadRefusedError ? error.message : unavailableDescription;
  return new ApiError('unavailable', message, { cause: error });
}

function toOAuthError(error: unknown): OAuthError | undefined {
  if (error instanceof OAuthError) {
    return error;
  }
  if (isStoreUnavailable(error)) {
    return new OAuthError('temporarily_unavailable', unavailableDescription, { cause: error });
  }
  switch (httpStatusOf(error)) {
    case 413:
      return new OAuthError('request_too_large', 'the body is larger than 16 KiB');
    case 415:
      return new OAuthError('unsupported_media_type', 'the content type is not supported');
    case 400:
      return new OAuthError('invalid_request', 'the request is malformed');
    default:
      return undefined;
  }
}

/** The status of a refusal by the HTTP layer; undefined for a failure of ours. */
function httpStatusOf(error: unknown): number | undefined {
  // Fastify's own errors carry their status.
  const status = error instanceof Error ? (error as Partial<FastifyError>).statusCode : undefined;
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}
