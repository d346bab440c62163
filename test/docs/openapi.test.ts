import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operations } from '@bindery/server/admin/contract/index.ts';
import { gatewayPath } from '@bindery/server/gateway/gateway.ts';
import { cookieNameOf } from '@bindery/server/http/session-cookie.ts';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { startTestApp, type TestApp } from '../support/app.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

let server: TestApp;

before(async () => {
  server = await startTestApp({
    BINDERY_PUBLIC_URL: 'https://auth.acme.test',
    BINDERY_API_URL: 'https://api.acme.test',
  });
});
after(() => server[Symbol.asyncDispose]());

async function read(from: TestApp = server): Promise<Document> {
  const answer = await from.app.inject('/openapi.json');
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  return answer.json<Document>();
}

function operationsOf(document: Document): { readonly route: string; readonly operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation === undefined ? [] : [{ route: `${method.toUpperCase()} ${path}`, operation }];
    }),
  );
}

test('the document passes the linter without an error or a warning', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    // Some operations refuse nothing: they are public and take no input.
    rules: { 'operation-4xx-response': 'off' },
  });
  const source = JSON.stringify(await read());
  const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`),
    [],
  );
  const broken = source.replace('"operationId":"requestToken",', '');
  assert.notEqual((await lintFromString({ source: broken, absoluteRef: '/openapi.json', config })).length, 0);
});

test('the document has every route of the server except pages, and no other', async () => {
  const { config } = server.context;
  // Another name for a documented path, whose description mentions it.
  const aliases = new Set([...config.tokenPaths.slice(1), '/.well-known/openid-configuration']);
  const isPage = (path: string): boolean =>
    path === '/' || path === '/llms.txt' || path === '/setup' || /^\/(docs|console)(\/|$)/.test(path);
  const served = routesOf(server.app.printRoutes({ commonPrefix: false }))
    .filter(({ method, path }) => method !== 'HEAD' && !isPage(path.replace(/(?<=.)\*$|\.json$/, '')))
    .filter(({ path }) => !isPage(path) && !aliases.has(path))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  // Served below the framework, for any method.
  const written = operationsOf(await read()).map(({ route }) => route);
  assert.ok(served.length > 50, 'the routes are found');
  assert.deepEqual(written.filter((route) => route !== `GET ${gatewayPath}`).toSorted(), served.toSorted());
});

test('every operation of the management API is there under its name, with what its contract requires', async () => {
  const written = new Map(operationsOf(await read()).map(({ operation }) => [operation.operationId, operation]));
  assert.equal(written.size, operationsOf(await read()).length, 'no name stands there twice');
  for (const [name, { method, caller, status, ...contract }] of Object.entries(operations)) {
    const operation = written.get(name);
    assert.ok(operation, name);
    assert.deepEqual(operation.security, caller === 'public' ? [] : [{ session: [] }], name);
    assert.ok(Object.hasOwn(operation.responses, status), name);
    const required = (operation.parameters ?? []).filter((one) => one.in === 'header' && one.required);
    const expected = [
      ...(method === 'GET' ? [] : ['X-Bindery-Request']),
      ...('conditional' in contract ? ['If-Match'] : []),
    ];
    assert.deepEqual(
      required.map((one) => one.name),
      expected,
      name,
    );
    assert.equal(Object.hasOwn(operation.responses, '412'), 'conditional' in contract, name);
  }
});

test('the servers, the cookie and the tenant header are those that are configured', async () => {
  const document = await read();
  assert.equal(document.openapi, '3.1.1');
  assert.deepEqual(document.servers[0]?.url, 'https://auth.acme.test');
  assert.deepEqual(document.paths['/api/binders']?.['servers'], [{ url: 'https://api.acme.test', description: 'API' }]);
  assert.equal(document.components.securitySchemes['session']?.['name'], cookieNameOf(server.context.config));
  await using other = await startTestApp({
    BINDERY_TENANT_HEADERS: 'x-customer',
    BINDERY_TOKEN_PATHS: '/token',
  });
  const text = JSON.stringify(await read(other));
  assert.ok(text.includes('"x-customer"') && text.includes('"/token"'));
  assert.ok(!text.includes('x-tenant-id') && !text.includes('/connect/token'));
  assert.ok(!text.includes('VALUE_'));
});

/** The routes in a printed tree: four columns a level, methods in brackets. */
function routesOf(tree: string): { readonly method: string; readonly path: string }[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', list] = /^((?:│ {3}| {4}|├── |└── )*)(\S+)(?: \((.*)\))?/.exec(line) ?? [];
    const depth = indent.length / 4;
    if (depth === 0) return [];
    parents.length = depth - 1;
    const path = parents.join('') + part;
    parents.push(part);
    return list === undefined ? [] : list.split(', ').map((method) => ({ method, path }));
  });
}
