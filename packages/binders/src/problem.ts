import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every error of the Binders API besides those of the guard, with its status and title. */
export const bindersErrors = {
  invalid_json: { status: 400, title: 'Bad Request' },
  invalid_fields: { status: 400, title: 'Bad Request' },
  not_found: { status: 404, title: 'Not Found' },
  method_not_allowed: { status: 405, title: 'Method Not Allowed' },
  precondition_failed: { status: 412, title: 'Precondition Failed' },
  body_too_large: { status: 413, title: 'Content Too Large' },
  unsupported_media_type: { status: 415, title: 'Unsupported Media Type' },
  bad_request: { status: 400, title: 'Bad Request' },
  unavailable: { status: 503, title: 'Service Unavailable' },
  internal_error: { status: 500, title: 'Internal Server Error' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The closed set of error codes of the Binders API. */
export type BindersErrorCode = keyof typeof bindersErrors;

/** Messages by field. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** A refused request; the message is for the caller. */
export class BindersError extends Error {
  override readonly name = 'BindersError';
  readonly code: BindersErrorCode;
  readonly errors: FieldErrors | undefined;

  constructor(code: BindersErrorCode, message: string, errors?: FieldErrors) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

const retryAfterSeconds = 5;

/** Sends any error as problem details (RFC 9457); an unknown one is logged and becomes a bare 500. */
export function createErrorHandler({
  isUnavailable = () => false,
  errorsUrl = '/docs/errors',
}: {
  readonly isUnavailable?: (error: unknown) => boolean;
  readonly errorsUrl?: string;
}) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = isUnavailable(error)
      ? new BindersError('unavailable', 'the server is temporarily unavailable; try again in a few seconds')
      : toBindersError(error);
    if (known.code === 'unavailable') reply.header('retry-after', String(retryAfterSeconds));
    if (bindersErrors[known.code].status >= 500) request.log.error({ err: error }, 'the Binders API failed');
    return sendProblem(known, errorsUrl, request, reply);
  };
}

function sendProblem(
  known: BindersError,
  errorsUrl: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, title } = bindersErrors[known.code];
  return reply
    .code(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `${errorsUrl}#${known.code}`,
        title,
        status,
        detail: known.message,
        code: known.code,
        ...(known.errors === undefined ? {} : { errors: known.errors }),
        traceId: request.id,
      }),
    );
}

function toBindersError(error: unknown): BindersError {
  if (error instanceof BindersError) return error;
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  if (status === 413) return new BindersError('body_too_large', 'the body is too large');
  if (status === 415) return new BindersError('unsupported_media_type', 'the body must be application/json');
  if (status === 400) return new BindersError('bad_request', 'the request is malformed');
  return new BindersError('internal_error', 'an internal error occurred');
}
