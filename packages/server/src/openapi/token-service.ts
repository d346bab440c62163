import { cutoffsPath, cutoffsSinceParameter, jwksPath } from '@bindery/guard/issuer';
import type { Config } from '../config.ts';
import { introspectionPath } from '../oauth/introspect.ts';
import { metadataPaths } from '../oauth/metadata.ts';
import { revocationPath } from '../oauth/revoke.ts';
import type { Json } from './json-schema.ts';
import { answer, refusal } from './responses.ts';

const tag = 'Token service';

const clientInBody: Json = {
  client_id: { type: 'string', description: 'The client id, unless the client authenticates with HTTP Basic.' },
  client_secret: { type: 'string', description: 'The client secret, unless the client authenticates with HTTP Basic.' },
};

const refusedClient: Json = {
  400: refusal('OAuthInvalid'),
  401: refusal('OAuthUnauthenticated'),
  413: refusal('OAuthTooLarge'),
  415: refusal('OAuthUnsupported'),
  429: refusal('OAuthTooMany'),
  503: refusal('OAuthUnavailable'),
};

/** The schemas that the paths below refer to. */
export const tokenServiceSchemas: Readonly<Record<string, Json>> = {
  OAuthError: {
    type: 'object',
    description: 'RFC 6749 §5.2',
    required: ['error', 'error_description', 'error_uri'],
    properties: {
      error: { type: 'string', description: 'The code.' },
      error_description: { type: 'string', description: 'What is wrong, in one sentence.' },
      error_uri: { type: 'string', format: 'uri', description: 'The page that explains the code.' },
    },
  },
  Token: {
    type: 'object',
    description: 'RFC 6749 §5.1',
    required: ['token_type', 'expires_in', 'access_token', 'scope'],
    properties: {
      token_type: { type: 'string', const: 'Bearer' },
      expires_in: { type: 'integer', description: 'Seconds until the access token expires.' },
      access_token: { type: 'string', description: 'The access token; opaque to the client.' },
      refresh_token: {
        type: 'string',
        description: 'With `password` and `refresh_token` only. Store it in place of the one that was used.',
      },
      scope: { type: 'string' },
    },
  },
  Introspection: {
    type: 'object',
    description: 'RFC 7662 §2.2. For a token that is not active, there are no other fields.',
    required: ['active'],
    properties: {
      active: { type: 'boolean' },
      token_type: { type: 'string' },
      iss: { type: 'string' },
      aud: { type: 'string' },
      sub: { type: 'string' },
      client_id: { type: 'string' },
      organization_id: { type: 'string', format: 'uuid' },
      access: { type: 'string', enum: ['read', 'read_write'] },
      scope: { type: 'string' },
      iat: { type: 'integer' },
      nbf: { type: 'integer' },
      exp: { type: 'integer' },
      jti: { type: 'string' },
    },
  },
};

/** The paths of the token service, under their own names. */
export function tokenServicePaths(config: Config): Record<string, Record<string, Json>> {
  const [tokenPath = '', ...others] = config.tokenPaths;
  return {
    [tokenPath]: {
      post: {
        operationId: 'requestToken',
        summary: 'Get an access token',
        description: [
          'Exchanges a grant for an access token. The body is a form or a flat JSON object of strings; the client authenticates with HTTP Basic or in the body, never both.',
          ...(others.length === 0 ? [] : [`The same endpoint is also available at ${others.join(' and ')}.`]),
        ].join(' '),
        tags: [tag],
        security: [{ client: [] }, {}],
        requestBody: formOrJson({
          type: 'object',
          required: ['grant_type'],
          properties: {
            grant_type: { type: 'string', enum: config.grantTypes },
            ...clientInBody,
            scope: { type: 'string', enum: config.scopes, default: config.scopes[0] },
            resource: { type: 'string', const: config.audience, description: 'The audience of the token (RFC 8707).' },
            ...(config.grantTypes.includes('password') ? userGrantParameters : {}),
          },
        }),
        responses: {
          200: answer('The token.', { $ref: '#/components/schemas/Token' }),
          ...refusedClient,
        },
      },
    },
    [introspectionPath]: {
      post: {
        operationId: 'introspectToken',
        summary: 'Introspect a token',
        description:
          'Introspection (RFC 7662): tells whether a token is active and what it contains. A client sees the tokens of its own organization, an API credential those of its audience; any other token is not active.',
        tags: [tag],
        security: [{ client: [] }, {}],
        requestBody: formOrJson(tokenInBody),
        responses: {
          200: answer('The state of the token.', { $ref: '#/components/schemas/Introspection' }),
          ...refusedClient,
        },
      },
    },
    [revocationPath]: {
      post: {
        operationId: 'revokeToken',
        summary: 'Revoke a token',
        description:
          'Revocation (RFC 7009): revokes an access token of the client, or with a refresh token the whole sign-in. The response is the same for an unknown token.',
        tags: [tag],
        security: [{ client: [] }, {}],
        requestBody: formOrJson(tokenInBody),
        responses: { 200: answer('The token is not valid (any more).'), ...refusedClient },
      },
    },
    [metadataPaths[0]]: {
      get: {
        operationId: 'getMetadata',
        summary: 'Get the server metadata',
        description: `Metadata (RFC 8414): the issuer and its endpoints. The same document is at ${metadataPaths[1]}.`,
        tags: [tag],
        security: [],
        responses: { 200: answer('The metadata.', metadata), 304: { description: 'Not changed.' } },
      },
    },
    [jwksPath]: {
      get: {
        operationId: 'getKeySet',
        summary: 'Get the signing keys',
        description:
          'The key set (JWKS, RFC 7517 §5) that verifies access tokens. Cache it for as long as `Cache-Control` says.',
        tags: [tag],
        security: [],
        responses: {
          200: answer('The key set.', {
            type: 'object',
            required: ['keys'],
            properties: { keys: { type: 'array', items: { type: 'object' } } },
          }),
          304: { description: 'Not changed.' },
          503: refusal('Unavailable'),
        },
      },
    },
    [cutoffsPath]: {
      get: {
        operationId: 'getCutoffs',
        summary: 'Get the revocation list',
        description:
          'A signed list (JWT) of the tokens, sign-ins, clients, users and organizations whose tokens are refused before they expire. Poll it with `If-None-Match` every few seconds, and with `since` for what is new in it.',
        tags: [tag],
        security: [],
        parameters: [
          {
            name: cutoffsSinceParameter,
            in: 'query',
            required: false,
            description:
              'The `seq` of the list that you have. The response may then have only the entries that came after it: its claim `from` repeats the number, and `count` is the size of the full list. Without `from` it is the full list.',
            schema: { type: 'integer', minimum: 0 },
          },
        ],
        responses: {
          200: {
            description: 'The list.',
            content: { 'application/jwt': { schema: { type: 'string' } } },
          },
          304: { description: 'Not changed.' },
          400: refusal('Invalid'),
          503: refusal('Unavailable'),
        },
      },
    },
  };
}

const userGrantParameters: Json = {
  username: { type: 'string', description: "With `password`: the user's email address." },
  password: { type: 'string', description: "With `password`: the user's password." },
  refresh_token: { type: 'string', description: 'With `refresh_token`: the latest one.' },
};

const tokenInBody: Json = {
  type: 'object',
  required: ['token'],
  properties: {
    token: { type: 'string', description: 'An access token or a refresh token.' },
    token_type_hint: { type: 'string', description: 'Ignored: the token itself tells.' },
    ...clientInBody,
  },
};

const metadata: Json = {
  type: 'object',
  required: ['issuer', 'token_endpoint', 'jwks_uri'],
  properties: {
    issuer: { type: 'string', format: 'uri' },
    token_endpoint: { type: 'string', format: 'uri' },
    jwks_uri: { type: 'string', format: 'uri' },
    introspection_endpoint: { type: 'string', format: 'uri' },
    revocation_endpoint: { type: 'string', format: 'uri' },
    service_documentation: { type: 'string', format: 'uri' },
    grant_types_supported: { type: 'array', items: { type: 'string' } },
    scopes_supported: { type: 'array', items: { type: 'string' } },
  },
};

function formOrJson(schema: Json): Json {
  return {
    required: true,
    content: { 'application/x-www-form-urlencoded': { schema }, 'application/json': { schema } },
  };
}
