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
  { name: 'Token service', description: 'Where programs get, check and end access tokens (OAuth 2.0).' },
  { name: 'Binders', description: 'The API behind the guard: an access token and the tenant header on every call.' },
  { name: 'Gateway', description: 'What stands in front of APIs in any language.' },
  { name: 'Session', description: 'Signing in to the console, and what stands before it.' },
  { name: 'Account', description: 'What a signed-in user does about itself.' },
  { name: 'Organization', description: 'One organization.' },
  { name: 'API clients', description: 'The life of API clients and of their secrets.' },
  { name: 'Members', description: 'The people of an organization.' },
  { name: 'Audit', description: 'Who did what.' },
  { name: 'Operator', description: 'The instance: organizations, keys, credentials, operators and branding.' },
  { name: 'Health', description: 'For load balancers and monitors.' },
];

/** The parts of the document that others read. */
export interface OpenApiDocument extends Json {
  readonly tags: typeof tags;
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> } & Json;
}

/** The OpenAPI 3.1 document of everything that is not a page. */
export function openApiDocument(config: Config, title: string): OpenApiDocument {
  const writer = new SchemaWriter();
  const management = managementPaths(writer);
  return {
    openapi: '3.1.1',
    info: {
      title,
      version,
      description: `The token service, the API behind the guard and the management API. How to use them: ${config.publicUrl}/docs`,
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
    type: { type: 'string', description: 'The page that explains it; its end is the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong, in a sentence.' },
    code: { type: 'string', description: 'The code, in the management API.' },
    errors: {
      type: 'object',
      description: 'For wrong fields: what is wrong, by field.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    traceId: { type: 'string', description: 'The request id, which the log of the server has too.' },
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
      summary: 'Read the logo',
      tags: ['Session'],
      security: [],
      responses: {
        200: {
          description: 'The picture.',
          content: { 'image/png': { schema: { type: 'string' } }, 'image/jpeg': { schema: { type: 'string' } } },
        },
        404: refusal('NotFound'),
      },
    },
  },
  [gatewayPath]: {
    get: {
      operationId: 'verifyRequest',
      summary: 'Ask whether a request may pass',
      description:
        'For proxies in front of an API (nginx, Caddy, Traefik, Envoy): answers for the request whose headers they pass on. The method may be any.',
      tags: ['Gateway'],
      security: [{ accessToken: [] }],
      responses: {
        200: {
          description:
            'It may. `X-Client-Id`, `X-Organization-Id`, `X-Access`, `X-Scope` and `X-User-Id` say who is calling.',
        },
        401: { description: 'The token is missing or not good; `WWW-Authenticate` and `X-Auth-Error` say why.' },
        403: { description: 'It may not; `X-Auth-Error` says why.' },
        503: { description: 'It cannot be checked now.' },
      },
    },
  },
  '/healthz': {
    get: {
      operationId: 'getHealth',
      summary: 'Ask whether the process lives',
      tags: ['Health'],
      security: [],
      responses: { 200: answer('It does.', healthAnswer) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadiness',
      summary: 'Ask whether tokens can be issued now',
      tags: ['Health'],
      security: [],
      responses: { 200: answer('They can.', healthAnswer), 503: answer('They cannot.', healthAnswer) },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'Read this document',
      tags: ['Health'],
      security: [],
      responses: { 200: answer('The document.', { type: 'object' }) },
    },
  },
};

/** The refusals with the addresses of this instance in their examples. */
function refusalsFor(config: Config): Json {
  const text = JSON.stringify(refusals)
    .replaceAll('VALUE_ERRORS_URL', `${config.publicUrl}/docs/errors`)
    .replaceAll('VALUE_CODE', 'invalid_request');
  return JSON.parse(text) as Json;
}

function sorted(schemas: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
}
