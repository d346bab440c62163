import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from '../../scripts/release/compile.ts';
import { runProgram } from '../support/programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

const guard = `
import { createGuard } from '@bindery/guard';
const guard = createGuard({ issuer: 'https://id.example.com', audience: 'https://api.example.com' });
`;

// Each is compiled by itself: an entry must bring its own types along, and no more.
const programs: Readonly<Record<string, string>> = {
  Express: `${guard}
import { expressGuard } from '@bindery/guard/express';
import express from 'express';
const app = express();
app.use(expressGuard(guard));
app.post('/search', expressGuard(guard, { access: 'read' }), (request, response) => {
  const organizationId: string = request.bindery.organizationId;
  const userId: string | undefined = request.bindery.userId;
  // @ts-expect-error There is no such member.
  request.bindery.organisationId;
  // @ts-expect-error Only the guard sets it.
  request.bindery = undefined;
  response.json({ organizationId, userId });
});
// @ts-expect-error There is no such option.
expressGuard(guard, { acces: 'read' });
// @ts-expect-error There is no such access.
expressGuard(guard, { access: 'write' });
`,
  Fastify: `${guard}
import { fastifyGuard } from '@bindery/guard/fastify';
import fastify from 'fastify';
const app = fastify({ logger: true });
await app.register(fastifyGuard(guard));
await fastify({ http2: true }).register(fastifyGuard(guard));
app.post('/search', { config: { bindery: { access: 'read' } } }, async (request) => {
  const organizationId: string = request.bindery.organizationId;
  // @ts-expect-error There is no such member.
  request.bindery.organisationId;
  return { organizationId };
});
// @ts-expect-error There is no such access.
app.get('/b', { config: { bindery: { access: 'write' } } }, async () => '');
`,
  Hono: `${guard}
import { honoGuard } from '@bindery/guard/hono';
import { Hono } from 'hono';
const app = new Hono<{ Variables: { requestId: string } }>();
app.use(honoGuard(guard));
app.post('/search', honoGuard(guard, { access: 'read' }), (context) => {
  const organizationId: string = context.var.bindery.organizationId;
  // @ts-expect-error There is no such member.
  context.get('bindery').organisationId;
  return context.json({ organizationId, clientId: context.get('bindery').clientId, requestId: context.var.requestId });
});
new Hono().use(honoGuard(guard)).get('/', (context) => context.text(context.var.bindery.organizationId));
// @ts-expect-error There is no such option.
honoGuard(guard, { acces: 'read' });
`,
  'node:http': `${guard}
import { createServer, IncomingMessage } from 'node:http';
import { guardListener } from '@bindery/guard/node-http';
createServer(guardListener(guard, (request, response) => {
  const organizationId: string = request.bindery.organizationId;
  // @ts-expect-error There is no such member.
  request.bindery.organisationId;
  response.end(organizationId);
}));
createServer((request, response) => {
  // @ts-expect-error Without the guard there is no caller.
  response.end(request.bindery.organizationId);
});
export const verify = (request: IncomingMessage) => guard.verify(request, { access: 'read' });
`,
  'Fetch, errors and issuers': `
import { type Caller, createGuard, GuardError, type GuardErrorCode, type GuardOptions } from '@bindery/guard';
import { type CutoffSource, createCutoffList, type KeySource } from '@bindery/guard/issuer';
import { createTestIssuer } from '@bindery/guard/testing';
const keys: KeySource = { find: () => undefined };
const source: CutoffSource = { current: () => createCutoffList(1) };
const options: GuardOptions = { issuer: 'https://id.example.com', audience: 'x', jwks: { source: keys }, cutoffs: { source } };
const guard = createGuard(options);
createGuard({ ...createTestIssuer().guardOptions, tenantHeader: ['x-tenant-id', 'x-org'] });
export async function handle(request: Request): Promise<Response> {
  try {
    const caller: Caller = await guard.verify(request);
    await guard.verify({ method: 'GET', headers: ['authorization', 'Bearer x'] });
    await guard.verify({ method: 'GET', headers: new Headers() });
    return Response.json(caller);
  } catch (error) {
    if (error instanceof GuardError) {
      const code: GuardErrorCode = error.code;
      const claim: string | undefined = error.claim;
      console.log(code, claim, error.reason === 'expired', error.type, error.expected, error.found);
    }
    const { body, ...init } = guard.problem(error, { traceId: 'a' });
    return new Response(body, init);
  }
}
// @ts-expect-error Parsed headers hide repeated ones.
guard.verify({ method: 'GET', headers: { authorization: 'Bearer x' } });
// @ts-expect-error An audience is needed.
createGuard({ issuer: 'https://id.example.com' });
`,
};

describe('the declarations of the guard, without the options of this project', () => {
  let folder = '';

  before(() => {
    // Inside the clone, so that the frameworks are found from there.
    mkdirSync(join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(join(root, '.cache', 'guard-types-'));
    const { exports } = JSON.parse(readFileSync(join(root, 'packages/guard/package.json'), 'utf8')) as {
      exports: Record<string, string>;
    };
    compile(
      Object.values(exports).map((path) => join('packages/guard', path)),
      'node20',
      join(folder, 'built'),
    );
    const installed = join(folder, 'node_modules/@bindery/guard');
    mkdirSync(installed, { recursive: true });
    const targets = Object.entries(exports).map(([name, path]) => {
      const built = path.replace('./src/', '../../../built/packages/guard/src/').replace(/\.ts$/, '');
      return [name, built] as const;
    });
    // A file for each entry, since an export cannot lead out of its package.
    const files = targets.map(([name, built], index) => {
      writeFileSync(join(installed, `entry-${index}.d.ts`), `export * from '${built}.js';\n`);
      return [name, { types: `./entry-${index}.d.ts` }];
    });
    const manifest = { name: '@bindery/guard', type: 'module', exports: Object.fromEntries(files) };
    writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, text] of Object.entries(programs)) {
    test(`type the caller without a cast: ${name}`, async () => {
      const file = `${name.replaceAll(/\W/g, '-')}.ts`;
      writeFileSync(join(folder, file), text);
      const compilerOptions = {
        ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: ['node'], skipLibCheck: false },
        ...{ lib: ['es2023'] },
      };
      const config = join(folder, `${file}.tsconfig.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
      const { stdout } = await runProgram(process.execPath, [tsc, '-p', config]);
      // The frameworks' own declarations are not judged.
      const faults = stdout
        .split('\n')
        .filter((line) => /error TS/.test(line) && !/^[./]*node_modules\/(?!@bindery)/.test(line));
      assert.deepEqual(faults, []);
    });
  }
});
