import type { OpenApiDocument } from '../../openapi/document.ts';
import { exampleOf, resolveSchema } from '../../openapi/example.ts';
import type { Json } from '../../openapi/json-schema.ts';

/** One page of the reference, as Markdown. */
export interface ReferencePage {
  readonly slug: string;
  readonly title: string;
  readonly source: string;
}

interface Operation extends Json {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Json[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, Json>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly operation: Operation;
  readonly parameters: readonly Json[];
}

/** The endpoint reference, made from the OpenAPI document: a page that lists everything, and one per tag. */
export function referencePages(document: OpenApiDocument): ReferencePage[] {
  const endpoints = endpointsOf(document);
  const pages = document.tags.map(({ name, description }) => {
    const own = endpoints.filter(({ operation }) => operation.tags[0] === name);
    return {
      slug: slugOf(name),
      title: name,
      source: `# ${name}\n\n${description}\n\n${own.map((one) => describe(one, document)).join('\n\n')}\n`,
      own,
    };
  });
  const lists = pages.map(({ slug, title, own }) => {
    const rows = own.map(
      ({ method, path, operation }) =>
        `| [${operation.summary}](/docs/${slug}#${operation.operationId}) | \`${method}\` \`${path}\` |`,
    );
    return `## ${title}\n\n| | |\n| --- | --- |\n${rows.join('\n')}`;
  });
  const overview = {
    slug: 'reference',
    title: 'All endpoints',
    source: `# All endpoints\n\nGenerated from the [OpenAPI document](/openapi.json), which other tools can import.\n\n${lists.join('\n\n')}\n`,
  };
  return [overview, ...pages.map(({ slug, title, source }) => ({ slug, title, source }))];
}

function endpointsOf(document: OpenApiDocument): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete'].flatMap((method) => {
      // A linter checks the document's shape.
      const operation = item[method] as Operation | undefined;
      if (operation === undefined) return [];
      const shared = (item['parameters'] ?? []) as readonly Json[];
      return [
        {
          method: method.toUpperCase(),
          path,
          host: path.startsWith('/api/') ? 'VALUE_API_HOST' : 'VALUE_IDENTITY_HOST',
          operation,
          parameters: [...shared, ...(operation.parameters ?? [])],
        },
      ];
    }),
  );
}

function describe(endpoint: Endpoint, document: OpenApiDocument): string {
  const { method, path, operation } = endpoint;
  const { schemas } = document.components;
  const body = bodyOf(operation);
  const parts = [
    `## ${operation.summary} {#${operation.operationId}}`,
    `\`${method} ${path}\``,
    operation.description ?? '',
    parameterTable(endpoint.parameters),
    body === undefined ? '' : `**Body** (${mediaTypes(operation)})\n\n${memberTable(body, schemas)}`,
    responses(operation, document),
    `\`\`\`http Request\n${request(endpoint, body, schemas)}\n\`\`\``,
    responseExample(operation, schemas),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function bodyOf(operation: Operation): Json | undefined {
  return Object.values(operation.requestBody?.content ?? {})[0]?.schema;
}

function mediaTypes(operation: Operation): string {
  return Object.keys(operation.requestBody?.content ?? {})
    .map((type) => `\`${type}\``)
    .join(' or ');
}

function parameterTable(parameters: readonly Json[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, in: place, required, description, schema }) => {
    const need = required === true ? 'required' : 'optional';
    return row(
      `\`${name}\``,
      `${place}, ${need}`,
      [typeOf(schema as Json, {}), description].filter(Boolean).join('. '),
    );
  });
  return `**Parameters**\n\n| Name | In | |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function memberTable(schema: Json, schemas: Readonly<Record<string, Json>>): string {
  const parts = [schema, ...((schema['allOf'] ?? []) as readonly Json[])].map((part) => resolveSchema(part, schemas));
  const required = parts.flatMap((part) => (part['required'] ?? []) as readonly string[]);
  const members = parts.flatMap((part) => Object.entries((part['properties'] ?? {}) as Readonly<Record<string, Json>>));
  const rows = members.map(([name, member]) =>
    row(
      `\`${name}\``,
      required.includes(name) ? 'required' : 'optional',
      [typeOf(member, schemas), member['description']].filter(Boolean).join('. '),
    ),
  );
  return rows.length === 0 ? '' : `| Field | | |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A schema in a few words. */
function typeOf(schema: Json, schemas: Readonly<Record<string, Json>>): string {
  const { $ref, type, anyOf, items } = schema;
  if (typeof $ref === 'string') return `${$ref.split('/').at(-1)}`;
  if (Array.isArray(anyOf)) return anyOf.map((one: Json) => typeOf(one, schemas)).join(' or ');
  if (schema['const'] !== undefined) return `\`${schema['const']}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${value}\``).join(', ');
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Json, schemas)}`;
  const { minimum, maximum, minLength, maxLength, format } = schema;
  const fallback = schema['default'];
  const bounds = [
    minimum === undefined ? '' : maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`,
    maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters`,
    format === 'date-time' ? 'RFC 3339, UTC' : '',
    fallback === undefined || fallback === null || fallback === '' ? '' : `default ${fallback}`,
  ].filter((text) => text !== '');
  const name = { string: 'string', integer: 'integer', boolean: 'boolean', object: 'object', null: 'null' };
  const words = [type]
    .flat()
    .map((one) => name[one as keyof typeof name] ?? String(one ?? ''))
    .join(' or ');
  return bounds.length === 0 ? words : `${words} (${bounds.join(', ')})`;
}

function responses(operation: Operation, document: OpenApiDocument): string {
  const refusals = (document.components['responses'] ?? {}) as Readonly<Record<string, Json>>;
  const rows = Object.entries(operation.responses).map(([status, response]) => {
    const { description } = resolveSchema(response, refusals);
    return row(status, String(description));
  });
  return `**Responses**\n\n| Status | |\n| --- | --- |\n${rows.join('\n')}`;
}

function request(
  { method, path, host, operation, parameters }: Endpoint,
  body: Json | undefined,
  schemas: Readonly<Record<string, Json>>,
): string {
  const shownPath = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'organizationId'
      ? 'VALUE_ORGANIZATION_ID'
      : name === 'clientId'
        ? 'VALUE_CLIENT_ID'
        : name === 'id'
          ? 'MNWI5YR89'
          : '...',
  );
  const security = Object.keys(operation.security?.[0] ?? {})[0];
  const isForm = operation.requestBody?.content['application/x-www-form-urlencoded'] !== undefined;
  const headers = [
    ...(security === 'accessToken' ? ['Authorization: Bearer $TOKEN'] : []),
    ...(security === 'client' ? ['Authorization: Basic base64(client id:client secret)'] : []),
    ...(security === 'session' ? ["Cookie: the browser's session"] : []),
    ...parameters.filter((one) => one['in'] === 'header' && one['required'] === true).map(headerLine),
    ...(body === undefined ? [] : [`Content-Type: application/${isForm ? 'x-www-form-urlencoded' : 'json'}`]),
  ];
  const example = body === undefined ? undefined : exampleOf(body, schemas, { all: !isForm });
  const text = example === undefined ? '' : isForm ? formOf(example) : JSON.stringify(example, null, 2);
  return `${method} ${shownPath} HTTP/1.1\nHost: ${host}\n${headers.join('\n')}${text === '' ? '' : `\n\n${text}`}`.trimEnd();
}

function headerLine({ name }: Json): string {
  const values: Readonly<Record<string, string>> = { 'X-Bindery-Request': 'console', 'If-Match': '"3"' };
  return `${name}: ${values[String(name)] ?? 'VALUE_ORGANIZATION_ID'}`;
}

function formOf(example: unknown): string {
  return Object.entries(example as Readonly<Record<string, unknown>>)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function responseExample(operation: Operation, schemas: Readonly<Record<string, Json>>): string {
  const [status = '', success = {}] = Object.entries(operation.responses)[0] ?? [];
  const content = (success['content'] ?? {}) as Readonly<Record<string, { readonly schema: Json }>>;
  const schema = content['application/json']?.schema;
  if (schema === undefined) return '';
  const example = exampleOf(schema, schemas, {
    all: operation.tags[0] !== 'Token service' || operation.operationId !== 'requestToken',
  });
  const text = JSON.stringify(example, null, 2).replace('"VALUE_LIFETIME"', 'VALUE_LIFETIME');
  return `\`\`\`json Response: ${status}\n${text}\n\`\`\``;
}

function slugOf(tag: string): string {
  return `reference/${tag.toLowerCase().replaceAll(' ', '-')}`;
}
