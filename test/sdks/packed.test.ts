import assert from 'node:assert/strict';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { lintPackage } from '../../scripts/release/lint-package.ts';
import { createClient, type TestClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { cleanEnvironment, type Finished, findProgram, runProgram } from '../support/programs.ts';
import { missingTool, python } from '../support/sdks.ts';
import { getToken } from '../support/token-requests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Besides Node; what the installed server was meant to stay below. */
const INSTALLED_MEGABYTES_MAX = 80;

const api = `
import express from 'express';
import { createGuard } from '@bindery/guard';
import { expressGuard } from '@bindery/guard/express';
import { createTestIssuer } from '@bindery/guard/testing';

const tests = createTestIssuer();
const guard = createGuard(tests.guardOptions);
const app = express();
app.use(expressGuard(guard));
app.get('/things', (request, response) => response.json(request.bindery));
const server = app.listen(0, '127.0.0.1', async () => {
  const url = \`http://127.0.0.1:\${server.address().port}/things\`;
  const refused = await fetch(url);
  const caller = await (await fetch(url, { headers: tests.headers({ access: 'read' }) })).json();
  const written = await fetch(url, { method: 'POST', headers: tests.headers({ access: 'read' }) });
  console.log(JSON.stringify([refused.status, caller.access, written.status]));
  server.close();
});
`;

const typed = `
import { generateKeyPairSync } from 'node:crypto';
import { type Caller, createGuard, type Guard } from '@bindery/guard';
import { createClient } from '@bindery/client';
import { attacks, Forge } from '@bindery/conform';

export const guard: Guard = createGuard({ issuer: 'https://id.example.com', audience: 'https://api.example.com' });
export const organizationOf = ({ organizationId }: Caller): string => organizationId;
export const get = (client: ReturnType<typeof createClient>): Promise<Response> => client.fetch('https://api.example.com');
export const ids: readonly string[] = attacks.map(({ id }) => id);
// @ts-expect-error An audience is needed.
createGuard({ issuer: 'https://id.example.com' });
`;

// Each prints the number of binders that a new organization has.
const javascript = `
import { createClient } from '@bindery/client';

const { BINDERY_ISSUER: issuer, BINDERY_CLIENT_ID: clientId, BINDERY_CLIENT_SECRET: clientSecret } = process.env;
const client = createClient({ issuer, clientId, clientSecret, organizationId: process.env.BINDERY_ORGANIZATION_ID });
const response = await client.fetch(\`\${issuer}/api/binders\`);
console.log((await response.json()).totalCount);
`;

const pythonProgram = `
import os
from bindery_client import BinderyClient

issuer = os.environ["BINDERY_ISSUER"]
bindery = BinderyClient(
    issuer=issuer,
    client_id=os.environ["BINDERY_CLIENT_ID"],
    client_secret=os.environ["BINDERY_CLIENT_SECRET"],
    organization_id=os.environ["BINDERY_ORGANIZATION_ID"],
)
print(bindery.get(issuer + "/api/binders", timeout=10).json()["totalCount"])
`;

const phpProgram = `<?php
require 'GuzzleHttp/autoload.php';
$prefixes = json_decode(file_get_contents('composer.json'), true)['autoload']['psr-4'];
spl_autoload_register(function (string $class) use ($prefixes) {
    foreach ($prefixes as $prefix => $folder) {
        if (str_starts_with($class, $prefix)) {
            require $folder . str_replace('\\\\', '/', substr($class, strlen($prefix))) . '.php';
        }
    }
});
$issuer = getenv('BINDERY_ISSUER');
$bindery = new Bindery\\Client\\BinderyClient(
    issuer: $issuer,
    clientId: getenv('BINDERY_CLIENT_ID'),
    clientSecret: getenv('BINDERY_CLIENT_SECRET'),
    organizationId: getenv('BINDERY_ORGANIZATION_ID'),
);
echo json_decode((string) $bindery->request('GET', $issuer . '/api/binders')->getBody())->totalCount, "\\n";
`;

const noPip = await missingTool([
  [python, '-m', 'pip', '--version'],
  [python, '-c', 'import requests'],
]);
const noPhp = await missingTool([
  ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'],
  ['php', '-r', 'require "GuzzleHttp/autoload.php";'],
]);
const noShellTools = await missingTool([
  ['curl', '--version'],
  ['jq', '--version'],
]);

describe('what a release consists of, each in an empty folder elsewhere', () => {
  let folder = '';
  let released: Finished;
  let bindery: Bindery | undefined;
  let client: TestClient;

  const artifact = (pattern: string): string => {
    const [file, ...more] = globSync(join(folder, 'dist', pattern));
    assert.ok(file !== undefined && more.length === 0, `one ${pattern} in ${released.stdout}`);
    return file;
  };
  const newFolder = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const settings = () => ({
    ...cleanEnvironment(),
    BINDERY_ISSUER: bindery?.url,
    BINDERY_CLIENT_ID: client.client_id,
    BINDERY_CLIENT_SECRET: client.client_secret,
    BINDERY_ORGANIZATION_ID: client.organization_id,
  });

  /** Installs packed packages, and what they depend on from the registry; undefined where that is out of reach. */
  async function npmInstall(
    name: string,
    packages: readonly string[],
    context?: TestContext,
  ): Promise<string | undefined> {
    const project = newFolder(name);
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    const archives = packages.map((one) => artifact(`bindery-${one}-*.tgz`));
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const installed = await runProgram('npm', ['install', ...options, ...archives], { cwd: project });
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(installed.stderr)) {
      context?.skip('the npm registry is out of reach');
      return undefined;
    }
    assert.equal(installed.code, 0, installed.stderr);
    return project;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bindery-packed-'));
    const args = [join(root, 'scripts/run.cjs'), 'release', '--dry-run', join(folder, 'dist')];
    released = await runProgram(process.execPath, args, { env: cleanEnvironment() });
    assert.equal(released.code, 0, released.stdout + released.stderr);
    const project = await npmInstall('server', ['guard', 'binders', 'conform', 'server']);
    if (project === undefined) return;
    const command = join(project, 'node_modules/@bindery/server/packages/server/bin/bindery.cjs');
    bindery = await startBindery({ command });
    client = await createClient(bindery);
  });
  after(async () => {
    await bindery?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const withServer =
    (run: (server: Bindery, context: TestContext) => Promise<void>) => async (context: TestContext) => {
      if (bindery === undefined) return context.skip('the npm registry is out of reach');
      await run(bindery, context);
    };

  test('every artifact has its checksum, and none was published', async () => {
    assert.match(released.stdout, /\d+ artifacts of [\d.]+ in .+, none published\n$/);
    const sums = readFileSync(artifact('SHA256SUMS'), 'utf8').trim().split('\n');
    assert.equal(sums.length, globSync(join(folder, 'dist/*')).length - 1);
    const checked = await runProgram('sha256sum', ['-c', 'SHA256SUMS'], { cwd: join(folder, 'dist') });
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  });

  test('the server contains the program of its reader threads, which nothing imports', async () => {
    const { stdout } = await runProgram('tar', ['-tzf', artifact(`bindery-server-${version}.tgz`)]);
    assert.match(stdout, /^package\/packages\/server\/src\/store\/sqlite\/reader-thread\.js$/m);
  });

  test(
    'the server issues a token that its API takes',
    withServer(async (server) => {
      const headers = {
        authorization: `Bearer ${await getToken(server, client)}`,
        'x-tenant-id': client.organization_id,
      };
      const response = await fetch(`${server.url}/api/binders`, { headers });
      assert.deepEqual(await response.json(), { items: [], totalCount: 0, pageNumber: 1, pageSize: 50 });
      assert.match(server.log(), / or: npx --no-install bindery org create /);
      const { stdout } = await server.cli(['--version']);
      assert.equal(stdout.trim(), version);
    }),
  );

  test(
    'the server shows its console and its portal, which nobody had to build',
    withServer(async (server) => {
      const setup = await (await fetch(`${server.url}/setup`)).text();
      const [script] = /assets\/index-[^"]+\.js/.exec(setup) ?? [];
      assert.equal((await fetch(`${server.url}/console/${script}`)).status, 200, setup);
      const portal = await (await fetch(`${server.url}/docs/quick-start`)).text();
      assert.match(portal, /<span class="t-/);
      assert.match(portal, /connect\/token/);
      assert.equal((await fetch(`${server.url}/openapi.json`)).status, 200);
    }),
  );

  test(
    'the server brings no TypeScript and no test, and is small',
    withServer(async (_server, context) => {
      const modules = join(folder, 'server/node_modules');
      assert.deepEqual(
        globSync('@bindery/*/**/*.{ts,tsx}', { cwd: modules }).filter((name) => !name.endsWith('.d.ts')),
        [],
      );
      assert.deepEqual(globSync('@bindery/*/**/*.test.*', { cwd: modules }), []);
      const { stdout } = await runProgram('du', ['-sk', modules]);
      const megabytes = Number(stdout.split('\t')[0]) / 1024;
      context.diagnostic(`the installed server takes ${megabytes.toFixed(0)} MB besides Node`);
      assert.ok(megabytes > 1 && megabytes < INSTALLED_MEGABYTES_MAX, `${megabytes} MB`);
    }),
  );

  test(
    'the libraries run on the oldest Node that is promised, and have types',
    withServer(async (_server, context) => {
      const project = await npmInstall('libraries', ['guard', 'client', 'conform'], context);
      if (project === undefined) return;
      symlinkSync(join(root, 'node_modules/express'), join(project, 'node_modules/express'));
      const node = (await findProgram('node', /^v20\./))?.path ?? process.execPath;
      const run = async (name: string, text: string): Promise<string> => {
        writeFileSync(join(project, name), text);
        const finished = await runProgram(node, [name], { cwd: project, env: settings() });
        assert.equal(finished.code, 0, finished.stderr);
        return finished.stdout.trim();
      };
      assert.equal(await run('api.mjs', api), '[401,"read",403]');
      assert.equal(await run('client.mjs', javascript), '0');

      writeFileSync(join(project, 'typed.ts'), typed);
      const compilerOptions = {
        ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'] },
        ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const checked = await runProgram(process.execPath, [tsc, '-p', project]);
      assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    }),
  );

  for (const [name, pattern] of [
    ['wheel', '*.whl'],
    ['sdist', 'bindery_client-*.tar.gz'],
  ] as const) {
    test(
      `the ${name} is installed by pip and calls the API`,
      { skip: noPip },
      withServer(async (_server, context) => {
        const [, reason] = /skipped: wheel and sdist \((.+)\)/.exec(released.stdout) ?? [];
        if (reason !== undefined) return context.skip(reason);
        const target = newFolder(name);
        const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', target];
        const installed = await runProgram(python, ['-m', 'pip', 'install', ...options, artifact(pattern)]);
        assert.equal(installed.code, 0, installed.stderr);
        const env = { ...settings(), PYTHONPATH: target };
        const finished = await runProgram(python, ['-c', pythonProgram], { cwd: target, env });
        assert.equal(finished.stdout.trim(), '0', finished.stderr);
      }),
    );
  }

  test(
    'the archive for Composer holds a package that calls the API',
    { skip: noPhp },
    withServer(async () => {
      const target = newFolder('php');
      const archive = artifact('bindery-client-php-*.zip');
      for (const [name, bytes] of Object.entries(unzipSync(new Uint8Array(readFileSync(archive))))) {
        mkdirSync(dirname(join(target, name)), { recursive: true });
        writeFileSync(join(target, name), bytes);
      }
      const manifest = JSON.parse(readFileSync(join(target, 'composer.json'), 'utf8')) as Record<string, unknown>;
      assert.deepEqual([manifest['name'], manifest['version']], ['bindery/client', version]);
      writeFileSync(join(target, 'program.php'), phpProgram);
      const finished = await runProgram('php', ['program.php'], { cwd: target, env: settings() });
      assert.equal(finished.stdout.trim(), '0', finished.stderr);
    }),
  );

  test(
    'the shell client runs where it is put',
    { skip: noShellTools },
    withServer(async (server) => {
      const target = newFolder('shell');
      copyFileSync(artifact('bindery-client'), join(target, 'bindery-client'));
      const env = { ...settings(), BINDERY_API_URL: server.url, XDG_CACHE_HOME: target };
      const finished = await runProgram('./bindery-client', ['fetch', 'GET', '/api/binders'], { cwd: target, env });
      assert.equal(JSON.parse(finished.stdout).totalCount, 0, finished.stderr);
    }),
  );

  test("the SBOM lists the server's packages and those inside the console, and no tool", () => {
    const bom = JSON.parse(readFileSync(artifact('bindery-*.cdx.json'), 'utf8')) as {
      bomFormat: string;
      metadata: { component: { name: string; version: string } };
      components: readonly { name: string }[];
    };
    assert.equal(bom.bomFormat, 'CycloneDX');
    assert.deepEqual([bom.metadata.component.name, bom.metadata.component.version], ['bindery', version]);
    const names = new Set(bom.components.map(({ name }) => name));
    for (const name of ['fastify', 'better-sqlite3', 'react', '@mantine/core']) assert.ok(names.has(name), name);
    for (const name of ['vite', 'typescript', 'playwright-core', '@types/node']) assert.ok(!names.has(name), name);
  });

  for (const [fault, files, expected] of [
    ['a type file that is not there', {}, /index\.d\.ts/],
    ['types that resolve for nobody', { 'index.d.ts': "export { one } from './other';\n" }, /InternalResolutionError/],
  ] as const) {
    test(`a package with ${fault} is refused`, async () => {
      const broken = newFolder(fault);
      const exports = { '.': { types: './index.d.ts', default: './index.js' } };
      const manifest = { name: 'broken', version: '1.0.0', type: 'module', license: 'MIT', exports };
      const all = { ...files, 'package.json': JSON.stringify(manifest), 'index.js': 'export const one = 1;\n' };
      for (const [name, text] of Object.entries(all)) writeFileSync(join(broken, name), text);
      const packed = await runProgram('npm', ['pack', '--loglevel=error'], { cwd: broken });
      assert.equal(packed.code, 0, packed.stderr);
      await assert.rejects(lintPackage(join(broken, 'broken-1.0.0.tgz')), expected);
    });
  }
});

test('a release without --dry-run is left to the workflow', async () => {
  const args = [join(root, 'scripts/run.cjs'), 'release', join(tmpdir(), 'bindery-never-made')];
  const { code, stderr } = await runProgram(process.execPath, args, { env: cleanEnvironment() });
  assert.equal(code, 1);
  assert.match(stderr, /^the release workflow publishes .+ when the tag v.+ is pushed; add --dry-run /);
});
