import type { Json } from './json-schema.ts';

const byName: Readonly<Record<string, unknown>> = {
  id: '0197a1c2-6f3e-7c11-9d5a-3b8f0a4c2e71',
  organizationId: 'VALUE_ORGANIZATION_ID',
  organization_id: 'VALUE_ORGANIZATION_ID',
  client_id: 'VALUE_CLIENT_ID',
  client_secret: '$CLIENT_SECRET',
  clientSecret: 'bindery_secret_...',
  access_token: 'eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiIs...',
  refresh_token: 'bindery_refresh_...',
  token: '...',
  password: '...',
  currentPassword: '...',
  newPassword: '...',
  email: 'ana@example.com',
  username: 'ana@example.com',
  contact: 'help@example.com',
  issuer: 'VALUE_IDENTITY_URL',
  iss: 'VALUE_IDENTITY_URL',
  aud: 'VALUE_AUDIENCE',
  scope: 'VALUE_SCOPE',
  tokenUrl: 'VALUE_IDENTITY_URLVALUE_TOKEN_PATH',
  apiUrl: 'VALUE_API_URL',
  docsUrl: 'VALUE_IDENTITY_URL/docs',
  expires_in: 'VALUE_LIFETIME',
  productName: 'VALUE_PRODUCT',
  tenantHeader: 'VALUE_TENANT_HEADER',
  name: 'Billing sync',
  organizationName: 'Acme',
  description: 'Sends invoices every night',
  lastFour: '8fA2',
  color: '#1a6b54',
  link: 'VALUE_IDENTITY_URL/console/...',
  lastUsedAddress: '203.0.113.7',
  address: '203.0.113.7',
  userAgent: 'billing-sync/2.1',
  requestId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  token_type: 'Bearer',
  version: '1.0.0',
  signInProblem: null,
  logo: null,
  reason: null,
  next: null,
  totalCount: 1,
  issued: 120,
  refused: 2,
  keys: [{ kty: 'EC', kid: '...', alg: 'ES256', use: 'sig', crv: 'P-256', x: '...', y: '...' }],
};

/** An example value for a schema: its `required` members, and with `all` the others too. */
export function exampleOf(
  schema: Json,
  components: Readonly<Record<string, Json>>,
  options: { readonly all: boolean; readonly name?: string },
): unknown {
  const { name, all } = options;
  const resolved = resolveSchema(schema, components);
  const { type, properties, items, allOf, anyOf } = resolved;
  if (resolved['const'] !== undefined) return resolved['const'];
  if (resolved['example'] !== undefined) return resolved['example'];
  if (Array.isArray(allOf)) {
    return Object.assign({}, ...allOf.map((part: Json) => exampleOf(part, components, { all: true })));
  }
  if (Array.isArray(resolved['enum'])) return resolved['enum'][0];
  if (isJson(properties)) {
    const required = Array.isArray(resolved['required']) ? resolved['required'] : [];
    const shown = Object.entries(properties).filter(([member]) => all || required.includes(member));
    return Object.fromEntries(
      shown.map(([member, value]) => [member, exampleOf(value as Json, components, { all, name: member })]),
    );
  }
  if (name !== undefined && Object.hasOwn(byName, name) && type !== 'array' && !isJson(properties)) return byName[name];
  if (name !== undefined && Array.isArray(byName[name])) return byName[name];
  if (Array.isArray(anyOf)) return exampleOf(anyOf[0] as Json, components, options);
  if (resolved['format'] === 'date-time') return '2030-01-31T12:00:00.000Z';
  if (resolved['format'] === 'date') return '2030-01-31';
  if (type === 'array') return [exampleOf((items ?? {}) as Json, components, { all })];
  if (type === 'integer' || type === 'number') return resolved['default'] ?? resolved['minimum'] ?? 1;
  if (type === 'boolean') return resolved['default'] ?? true;
  if (type === 'object') return {};
  return resolved['default'] ?? '...';
}

/** The schema that a reference points to. */
export function resolveSchema(schema: Json, components: Readonly<Record<string, Json>>): Json {
  const { $ref } = schema;
  return typeof $ref === 'string' ? (components[$ref.split('/').at(-1) ?? ''] ?? {}) : schema;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
