import { apiAnswers } from '../http/error-response.ts';
import type { Json } from './json-schema.ts';

/** A reference to an error response in `components.responses`. */
export function refusal(name: keyof typeof refusals): Json {
  return { $ref: `#/components/responses/${name}` };
}

/** A successful response. */
export function answer(description: string, schema?: Json, more: Json = {}): Json {
  return {
    description,
    ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
    ...more,
  };
}

/** The `ETag` header of a versioned object. */
export const etagHeader: Json = {
  ETag: {
    description: 'The version of the object; send it as `If-Match` to change the object.',
    schema: { type: 'string' },
  },
};

const requestId: Json = {
  'X-Request-Id': { description: 'The request id, which is also in the server log.', schema: { type: 'string' } },
};
const retryAfter: Json = {
  'Retry-After': { description: 'Seconds to wait before the next attempt.', schema: { type: 'integer' } },
};

function oauthRefusal(description: string, error: string, headers: Json = {}): Json {
  return {
    description,
    headers: { ...requestId, ...headers },
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/OAuthError' },
        example: { error, error_description: 'why, in one sentence', error_uri: 'VALUE_ERRORS_URL#VALUE_CODE' },
      },
    },
  };
}

function problem(description: string, headers: Json = {}): Json {
  return {
    description,
    headers: { ...requestId, ...headers },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

const challenge: Json = {
  'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' } },
};

/** Every error response by its name in the document. */
export const refusals = {
  OAuthInvalid: oauthRefusal('The request, the grant or the scope is invalid; `error` says which.', 'invalid_request'),
  OAuthUnauthenticated: oauthRefusal('Client authentication failed.', 'invalid_client', challenge),
  OAuthTooLarge: oauthRefusal('The body is larger than 16 KiB.', 'invalid_request'),
  OAuthUnsupported: oauthRefusal('The body is neither a form nor JSON.', 'invalid_request'),
  OAuthTooMany: oauthRefusal('Too many failed attempts.', 'invalid_request', retryAfter),
  OAuthUnavailable: oauthRefusal('The server is temporarily unable to answer.', 'temporarily_unavailable', retryAfter),
  Invalid: problem(apiAnswers.invalid_input.title),
  Unauthenticated: problem('Not signed in, or the session has ended.'),
  Forbidden: problem(
    'The role does not allow it, the request came from another site, or the password must be confirmed (see `code`).',
  ),
  NotFound: problem('It does not exist or is not visible to the caller.'),
  Conflict: problem('The current state does not allow it.'),
  ChangedMeanwhile: problem('It has changed since the version in `If-Match`.'),
  UnsupportedMediaType: problem('The body is not JSON.'),
  TooLarge: problem('The body is too large.'),
  PreconditionRequired: problem('`If-Match` is missing.'),
  TooMany: problem('Too many failed attempts.', retryAfter),
  Unavailable: problem('The database is unavailable, or the instance is not set up yet.', retryAfter),
  NoToken: problem('The access token is missing or invalid.', challenge),
  NotPermitted: problem('The tenant header names another organization, or the access of the token is insufficient.'),
} as const satisfies Record<string, Json>;
