import { apiAnswers } from '../http/error-response.ts';
import type { Json } from './json-schema.ts';

/** A pointer to a refusal in `components.responses`. */
export function refusal(name: keyof typeof refusals): Json {
  return { $ref: `#/components/responses/${name}` };
}

/** A successful answer. */
export function answer(description: string, schema?: Json, more: Json = {}): Json {
  return {
    description,
    ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
    ...more,
  };
}

/** `ETag` of the state that was answered. */
export const etagHeader: Json = {
  ETag: {
    description: 'The state that was answered; send it as `If-Match` with a change.',
    schema: { type: 'string' },
  },
};

const requestId: Json = {
  'X-Request-Id': { description: 'The id under which the server logged the request.', schema: { type: 'string' } },
};
const retryAfter: Json = {
  'Retry-After': { description: 'Seconds until another attempt makes sense.', schema: { type: 'integer' } },
};

function oauthRefusal(description: string, error: string, headers: Json = {}): Json {
  return {
    description,
    headers: { ...requestId, ...headers },
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/OAuthError' },
        example: { error, error_description: 'why, in a sentence', error_uri: 'VALUE_ERRORS_URL#VALUE_CODE' },
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

/** Every refusal, by the name it is pointed to with. */
export const refusals = {
  OAuthInvalid: oauthRefusal('The request, the grant or the scope is wrong; `error` says which.', 'invalid_request'),
  OAuthUnauthenticated: oauthRefusal('The client could not be authenticated.', 'invalid_client', challenge),
  OAuthTooLarge: oauthRefusal('The body is larger than 16 KiB.', 'invalid_request'),
  OAuthUnsupported: oauthRefusal('The body is neither a form nor JSON.', 'invalid_request'),
  OAuthTooMany: oauthRefusal('Too many failed attempts.', 'invalid_request', retryAfter),
  OAuthUnavailable: oauthRefusal('The server cannot decide now.', 'temporarily_unavailable', retryAfter),
  Invalid: problem(apiAnswers.invalid_input.title),
  Unauthenticated: problem('Nobody is signed in, or the session has ended.'),
  Forbidden: problem(
    'The role does not allow it, the request came from another site, or the password is needed again (`code` says which).',
  ),
  NotFound: problem('It does not exist, or is not visible to the caller.'),
  Conflict: problem('The present state does not allow it.'),
  ChangedMeanwhile: problem('It has changed since the state that `If-Match` names.'),
  UnsupportedMediaType: problem('The body is not JSON.'),
  TooLarge: problem('The body is too large.'),
  PreconditionRequired: problem('`If-Match` is missing.'),
  TooMany: problem('Too many failed passwords.', retryAfter),
  Unavailable: problem('The store does not answer, or the instance is not set up yet.', retryAfter),
  NoToken: problem('The access token is missing or not good.', challenge),
  NotPermitted: problem('The tenant header names another organization, or the token has too little access.'),
} as const satisfies Record<string, Json>;
