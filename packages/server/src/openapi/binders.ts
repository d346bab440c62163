import { binderTypes } from '@bindery/binders';
import type { Config } from '../config.ts';
import type { Json } from './json-schema.ts';
import { answer, etagHeader, refusal } from './responses.ts';

const tag = 'Binders';
const binderRef: Json = { $ref: '#/components/schemas/Binder' };
const fieldsRef: Json = { $ref: '#/components/schemas/BinderFields' };

/** The schemas that the paths below refer to. */
export const bindersSchemas: Readonly<Record<string, Json>> = {
  Binder: {
    type: 'object',
    required: ['id', 'name', 'type', 'createdAt', 'updatedAt'],
    properties: {
      id: { type: 'string', pattern: '^[A-Z0-9]{9}$', description: 'Nine upper-case letters and digits.' },
      name: { type: 'string' },
      type: { type: 'string', enum: binderTypes },
      createdAt: { type: 'string', format: 'date-time' },
      updatedAt: { type: 'string', format: 'date-time' },
    },
  },
  BinderFields: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 200 },
      type: { type: 'string', enum: binderTypes },
    },
    additionalProperties: false,
  },
};

/** The paths of the Binders API, which is served at the API's own address. */
export function bindersPaths(config: Config): Record<string, Json> {
  const refusals = { 401: refusal('NoToken'), 403: refusal('NotPermitted'), 503: refusal('Unavailable') };
  const tenant: Json = {
    name: config.tenantHeaders[0] ?? 'x-tenant-id',
    in: 'header',
    required: true,
    description: 'The organization id, which must be that of the token.',
    schema: { type: 'string', format: 'uuid' },
  };
  const ifMatch: Json = {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The `ETag` of the version to change; without it the last writer wins.',
    schema: { type: 'string' },
  };
  const common = { tags: [tag], security: [{ accessToken: [] }] };
  const body = (schema: Json): Json => ({
    requestBody: { required: true, content: { 'application/json': { schema } } },
  });
  const badBody = { 400: refusal('Invalid'), 413: refusal('TooLarge'), 415: refusal('UnsupportedMediaType') };
  const servers = config.apiUrl === config.publicUrl ? {} : { servers: [{ url: config.apiUrl, description: 'API' }] };
  return {
    '/api/binders': {
      ...servers,
      parameters: [tenant],
      get: {
        ...common,
        operationId: 'listBinders',
        summary: 'List binders',
        description: 'A page of the binders of the organization, newest first. Needs `read`.',
        parameters: [
          query('pageSize', { type: 'integer', minimum: 1, maximum: 200, default: 50 }),
          query('pageNumber', { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 }),
        ],
        responses: {
          200: answer('The page.', {
            type: 'object',
            required: ['items', 'totalCount', 'pageNumber', 'pageSize'],
            properties: {
              items: { type: 'array', items: binderRef },
              totalCount: { type: 'integer' },
              pageNumber: { type: 'integer' },
              pageSize: { type: 'integer' },
            },
          }),
          400: refusal('Invalid'),
          ...refusals,
        },
      },
      post: {
        ...common,
        operationId: 'createBinder',
        summary: 'Create a binder',
        description: 'Needs `read_write`.',
        ...body({ allOf: [fieldsRef, { type: 'object', required: ['name', 'type'] }] }),
        responses: {
          201: answer('The new binder; `Location` is its path.', binderRef, {
            headers: { ...etagHeader, Location: { description: 'Its path.', schema: { type: 'string' } } },
          }),
          ...badBody,
          ...refusals,
        },
      },
    },
    '/api/binders/{id}': {
      ...servers,
      parameters: [
        { name: 'id', in: 'path', required: true, description: 'The id of the binder.', schema: { type: 'string' } },
        tenant,
      ],
      get: {
        ...common,
        operationId: 'getBinder',
        summary: 'Get a binder',
        description: 'Needs `read`. With a matching `If-None-Match` the response is 304.',
        parameters: [
          {
            name: 'If-None-Match',
            in: 'header',
            required: false,
            description: 'The `ETag` of a cached version.',
            schema: { type: 'string' },
          },
        ],
        responses: {
          200: answer('The binder.', binderRef, { headers: etagHeader }),
          304: { description: 'Not changed.' },
          404: refusal('NotFound'),
          ...refusals,
        },
      },
      patch: {
        ...common,
        operationId: 'updateBinder',
        summary: 'Update a binder',
        description: 'Changes the name, the type or both. Needs `read_write`.',
        parameters: [ifMatch],
        ...body(fieldsRef),
        responses: {
          200: answer('The updated binder.', binderRef, { headers: etagHeader }),
          404: refusal('NotFound'),
          412: refusal('ChangedMeanwhile'),
          ...badBody,
          ...refusals,
        },
      },
      delete: {
        ...common,
        operationId: 'deleteBinder',
        summary: 'Delete a binder',
        description: 'Needs `read_write`.',
        parameters: [ifMatch],
        responses: {
          204: answer('Deleted.'),
          404: refusal('NotFound'),
          412: refusal('ChangedMeanwhile'),
          ...refusals,
        },
      },
    },
  };
}

function query(name: string, schema: Json): Json {
  return { name, in: 'query', required: false, schema };
}
