import { type OperationName, operations } from '../admin/contract/index.ts';
import type { Caller, Operation } from '../admin/contract/operation.ts';
import { minuteMilliseconds } from '../domain/duration.ts';
import { sessionRecentMilliseconds } from '../domain/limits.ts';
import type { Json, SchemaWriter } from './json-schema.ts';
import { answer, etagHeader, refusal } from './responses.ts';

const callers: Readonly<Record<Caller, string>> = {
  public: 'No sign-in needed.',
  user: 'For every signed-in user.',
  member: 'For members and owners of the organization.',
  owner: 'For owners of the organization.',
  operator: 'For operators of the instance.',
};

/** Operations that check a password and are rate limited. */
const guessable: ReadonlySet<OperationName> = new Set([
  'setUp',
  'signIn',
  'reauthenticate',
  'acceptInvitation',
  'changePassword',
]);
const versioned: ReadonlySet<OperationName> = new Set(['getClient', 'getOrganization']);

/** The paths of the management API, from its contract. */
export function managementPaths(writer: SchemaWriter): Record<string, Record<string, Json>> {
  const paths: Record<string, Record<string, Json>> = {};
  for (const name of Object.keys(operations) as OperationName[]) {
    const operation: Operation = operations[name];
    const item = paths[operation.path] ?? {};
    paths[operation.path] = item;
    item[operation.method.toLowerCase()] = operationOf(name, operation, writer);
  }
  return paths;
}

function operationOf(name: OperationName, operation: Operation, writer: SchemaWriter): Json {
  const { caller, recent, body } = operation;
  const parameters = parametersOf(operation, writer);
  return {
    operationId: name,
    summary: operation.summary,
    description: [
      callers[caller],
      ...(recent === true
        ? [
            `Requires a password that was entered within the last ${sessionRecentMilliseconds / minuteMilliseconds} minutes.`,
          ]
        : []),
    ].join(' '),
    tags: [operation.tag],
    security: caller === 'public' ? [] : [{ session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: writer.write(body, 'input') } } } }),
    responses: responsesOf(name, operation, writer),
  };
}

function parametersOf({ method, path, conditional, query }: Operation, writer: SchemaWriter): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } = query === undefined ? {} : objectOf(writer.write(query, 'input'));
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const inHeader = [
    ...(method === 'GET'
      ? []
      : [
          {
            name: 'X-Bindery-Request',
            in: 'header',
            required: true,
            description: 'Any text, such as `console`. A page of another site cannot send this header.',
            schema: { type: 'string' },
          },
        ]),
    ...(conditional === true
      ? [
          {
            name: 'If-Match',
            in: 'header',
            required: true,
            description: 'The `ETag` of the version that is to be changed.',
            schema: { type: 'string' },
          },
        ]
      : []),
  ];
  return [...inPath, ...inQuery, ...inHeader];
}

function responsesOf(name: OperationName, operation: Operation, writer: SchemaWriter): Json {
  const { method, path, status, caller, conditional, query, body, response, ndjson } = operation;
  const headers = conditional === true || versioned.has(name) ? { headers: etagHeader } : {};
  const success =
    ndjson === true
      ? {
          description: 'NDJSON: one line for each entry.',
          content: { 'application/x-ndjson': { schema: { type: 'string' } } },
        }
      : answer(
          status === 204 ? 'Done.' : status === 201 ? 'Created.' : 'OK.',
          response && writer.write(response, 'output'),
          status === 204 ? {} : headers,
        );
  const changes = method !== 'GET';
  return {
    [status]: success,
    ...(query === undefined && body === undefined ? {} : { 400: refusal('Invalid') }),
    ...(caller === 'public' && !guessable.has(name) ? {} : { 401: refusal('Unauthenticated') }),
    ...(changes || caller === 'owner' || caller === 'operator' ? { 403: refusal('Forbidden') } : {}),
    ...(path.includes('{') || (caller === 'public' && changes) ? { 404: refusal('NotFound') } : {}),
    ...(changes ? { 409: refusal('Conflict') } : {}),
    ...(conditional === true ? { 412: refusal('ChangedMeanwhile') } : {}),
    ...(body === undefined ? {} : { 413: refusal('TooLarge'), 415: refusal('UnsupportedMediaType') }),
    ...(conditional === true ? { 428: refusal('PreconditionRequired') } : {}),
    ...(guessable.has(name) ? { 429: refusal('TooMany') } : {}),
    503: refusal('Unavailable'),
  };
}

/** The schema of a query is always an object. */
function objectOf(schema: Json): { readonly properties?: Record<string, Json>; readonly required?: readonly string[] } {
  return schema;
}
