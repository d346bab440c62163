import { errorsPath } from '@bindery/guard/issuer';
import type { Config } from '../config.ts';
import { gatewayPath } from '../gateway/gateway.ts';
import { cookieNameOf } from '../http/session-cookie.ts';
import { version } from '../version.ts';
import { bindersPaths, bindersSchemas } from './binders.ts';
import { type Json, SchemaWriter } from './json-schema.ts';
import { managementPaths } from './management.ts';
import { answer, refusal, refusals } from './responses.ts';
import { tokenServicePaths, tokenServiceSchemas } from './token-service.ts';

const tags: readonly { readonly name: string; readonly description: string }[] = [
  {
    name: 'Token service',
    description: 'Access tokens, introspection, revocation, metadata and signing keys (OAuth 2.0).',
  },
  { name: 'Binders', description: 'The API: an access token and the tenant header with every call.' },
  { name: 'Gateway', description: 'For proxies in front of an API in any language.' },
  { name: 'Session', description: 'Signing in to the console.' },
  { name: 'Account', description: 'The account of the signed-in user.' },
  { name: 'Organization', description: 'One organization.' },
  { name: 'API clients', description: 'API clients and their secrets.' },
  { name: 'Members', description: 'Members of an organization and invitations.' },
  { name: 'Audit', description: 'The audit log.' },
  {
    name: 'Operator',
    description: 'The instance: organizations, signing keys, API credentials, operators and branding.',
  },
  { name: 'Health', description: 'For load balancers and monitors.' },
];

/** The parts of the document that other code reads. */
export interface OpenApiDocument extends Json {
  readonly tags: typeof tags;
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> } & Json;
}

/** The OpenAPI 3.1 document of every endpoint that is not a page. */
export function openApiDocument(config: Config, title: string): OpenApiDocument {
  const writer = new SchemaWriter();
  const management = managementPaths(writer);
  return {
    openapi: '3.1.1',
    info: {
      title,
      version,
      description: `The token service, the API and the management API. How to use them: ${config.publicUrl}/docs`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: config.publicUrl, description: 'Identity provider' }],
    tags,
    paths: {
      ...tokenServicePaths(config),
      ...bindersPaths(config),
      ...management,
      ...otherPaths,
    },
    components: {
      securitySchemes: {
        client: { type: 'http', scheme: 'basic', description: 'The client id and the client secret.' },
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token of the token service.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieNameOf(config),
          description: 'The session of a browser that is signed in to the console.',
        },
      },
      schemas: sorted({ ...tokenServiceSchemas, ...bindersSchemas, ...writer.components, Problem: problem }),
      responses: refusalsFor(config),
    },
  };
}

const problem: Json = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'traceId'],
  properties: {
    type: { type: 'string', description: 'The page that explains the error; its fragment is the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong, in one sentence.' },
    code: { type: 'string', description: 'The error code, which `type` ends with.' },
    claim: { type: 'string', description: 'The claim or header parameter of the token at fault, if it is one.' },
    reason: { type: 'string', description: 'What is wrong with it, such as `missing`, `malformed` or `mismatch`.' },
    errors: {
      type: 'object',
      description: 'What is wrong with each invalid field.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    traceId: { type: 'string', description: 'The request id, which is also in the server log.' },
  },
};

const healthAnswer: Json = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string' }, checks: { type: 'object', additionalProperties: { type: 'string' } } },
};

const otherPaths: Readonly<Record<string, Json>> = {
  '/admin/branding/logo': {
    get: {
      operationId: 'getLogo',
      summary: 'Get the logo',
      tags: ['Session'],
      security: [],
      responses: {
        200: {
          description: 'The image.',
          content: { 'image/png': { schema: { type: 'string' } }, 'image/jpeg': { schema: { type: 'string' } } },
        },
        404: refusal('NotFound'),
      },
    },
  },
  [gatewayPath]: {
    get: {
      operationId: 'verifyRequest',
      summary: 'Verify a request',
      description:
        'For proxies in front of an API (nginx, Caddy, Traefik, Envoy): decides about the request whose headers they forward. Any method works.',
      tags: ['Gateway'],
      security: [{ accessToken: [] }],
      responses: {
        200: {
          description:
            'Allowed. `X-Client-Id`, `X-Organization-Id`, `X-Access`, `X-Scope` and `X-User-Id` say who is calling.',
        },
        401: { description: 'The token is missing or invalid; `WWW-Authenticate` and `X-Auth-Error` say why.' },
        403: { description: 'Not allowed; `X-Auth-Error` says why.' },
        503: { description: 'The request cannot be verified now.' },
      },
    },
  },
  '/healthz': {
    get: {
      operationId: 'getHealth',
      summary: 'Check liveness',
      tags: ['Health'],
      security: [],
      responses: { 200: answer('The process is running.', healthAnswer) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadiness',
      summary: 'Check readiness',
      tags: ['Health'],
      security: [],
      responses: {
        200: answer('Tokens can be issued.', healthAnswer),
        503: answer('Tokens cannot be issued now.', healthAnswer),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'Get this document',
      tags: ['Health'],
      security: [],
      responses: { 200: answer('The document.', { type: 'object' }) },
    },
  },
};

/** The refusals, with this instance's addresses in their examples. */
function refusalsFor(config: Config): Json {
  const text = JSON.stringify(refusals)
    .replaceAll('VALUE_ERRORS_URL', config.publicUrl + errorsPath)
    .replaceAll('VALUE_CODE', 'invalid_request');
  return JSON.parse(text) as Json;
}

function sorted(schemas: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
}
