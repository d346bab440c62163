import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { cleanEnvironment, type Finished, runProgram } from '../support/programs.ts';
import { missingTool, python, pythonEnvironment } from '../support/sdks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guide = 'docs/integrators/client-libraries.md';
const noBinders = /totalCount\W+0\b/;

let bindery: Bindery;
/** Inside the clone, so that the compiler finds the types of Node. */
let folder: string;
let env: NodeJS.ProcessEnv;

before(async () => {
  bindery = await startBindery();
  const { client_id, client_secret, organization_id } = await createClient(bindery, { access: 'read' });
  mkdirSync(join(root, '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, '.cache', 'sdk-readmes-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'secret'), client_secret, { mode: 0o600 });
  env = {
    ...cleanEnvironment(),
    ...pythonEnvironment,
    CLIENT_ID: client_id,
    CLIENT_SECRET: client_secret,
    ORGANIZATION_ID: organization_id,
    BINDERY_CLIENT_ID: client_id,
    BINDERY_CLIENT_SECRET: client_secret,
    BINDERY_ORGANIZATION_ID: organization_id,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bindery[Symbol.asyncDispose]();
});

/** The blocks of a page in one language, with this test's addresses, ids and folders in place of the examples. */
function blocksOf(page: string, language: string): string[] {
  const fenced = readFileSync(join(root, page), 'utf8').matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms);
  const blocks = [...fenced].filter(([, name]) => name === language).map(([, , text = '']) => text);
  assert.ok(blocks.length > 0, `${page} has no block in ${language}`);
  return blocks.map((text) =>
    text
      .replaceAll(/https:\/\/(?:id|api)\.example\.com/g, bindery.url)
      .replaceAll('/var/lib/my-app/bindery', join(folder, 'php-cache'))
      .replaceAll('/usr/local/bin/', join(folder, 'bin/'))
      .replaceAll('/etc/my-job/secret', join(folder, 'secret'))
      .replaceAll(/\b(BINDERY_\w+_ID)=[\w.]*\.\.\./g, (_, name: string) => `${name}=${env[name]}`),
  );
}

function assertRan({ code, stdout, stderr }: Finished, printed: RegExp): void {
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, printed);
  assert.ok(!(stdout + stderr).includes(String(env['CLIENT_SECRET'])), 'the output contains the secret');
}

/** Runs the blocks of a page as one program. */
async function runBlocks(command: readonly string[], blocks: readonly string[], cwd = folder): Promise<Finished> {
  const [program = '', ...args] = command;
  return runProgram(program, args, { cwd, env: { ...env, BINDERY_CLIENT_SECRET_FILE: '' }, stdin: blocks.join('\n') });
}

suite('the code in the READMEs of the client libraries runs as it is', async () => {
  test('TypeScript, which also compiles under strict', async () => {
    const target = join(folder, 'node_modules/@bindery/client');
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const built = await runProgram(process.execPath, [
      ...[tsc, '-p', join(root, 'sdks/typescript'), '--outDir', join(target, 'dist')],
    ]);
    assert.equal(built.code, 0, built.stdout);
    cpSync(join(root, 'sdks/typescript/package.json'), join(target, 'package.json'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const blocks = [...blocksOf('sdks/typescript/README.md', 'ts'), ...blocksOf(guide, 'ts')];
    const files = blocks.map((text, index) => {
      writeFileSync(join(folder, `block-${index}.ts`), text);
      return `block-${index}.ts`;
    });
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: ['node'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const compiled = await runProgram(process.execPath, [tsc, '-p', folder]);
    assert.equal(compiled.code, 0, compiled.stdout);
    for (const [index, file] of files.entries()) {
      const finished = await runProgram(process.execPath, [file], { cwd: folder, env });
      assertRan(finished, blocks[index]?.includes('console.log') ? noBinders : /^$/);
    }
  });

  const withoutPython = await missingTool([[python, '-c', 'import requests']]);
  test('Python', { skip: withoutPython }, async () => {
    assertRan(await runBlocks([python, '-'], blocksOf('sdks/python/README.md', 'python')), noBinders);
    assertRan(await runBlocks([python, '-'], blocksOf(guide, 'python')), noBinders);
  });

  const withoutPhp = await missingTool([
    ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'],
    ['php', '-r', 'require "GuzzleHttp/autoload.php";'],
  ]);
  test('PHP', { skip: withoutPhp }, async () => {
    mkdirSync(join(folder, 'vendor'));
    // What Composer would write.
    writeFileSync(
      join(folder, 'vendor/autoload.php'),
      `<?php
require 'GuzzleHttp/autoload.php';
spl_autoload_register(static function (string $class): void {
    require '${root}sdks/php/src/' . substr($class, strlen('Bindery\\\\Client\\\\')) . '.php';
});
`,
    );
    assertRan(await runBlocks(['php'], blocksOf('sdks/php/README.md', 'php')), /^0$/m);
    assertRan(await runBlocks(['php'], blocksOf(guide, 'php')), noBinders);
  });

  const withoutShell = await missingTool([
    ['curl', '--version'],
    ['jq', '--version'],
  ]);
  test('shell', { skip: withoutShell }, async () => {
    const shell = ['sh', '-eu'];
    const blocks = ['unset BINDERY_CLIENT_SECRET\n', ...blocksOf('sdks/shell/README.md', 'sh')];
    assertRan(await runBlocks(shell, blocks, join(root, 'sdks/shell')), /^\[\]$/m);
    assertRan(await runBlocks(shell, blocksOf(guide, 'sh')), noBinders);
  });
});

test('each package has the licence, and one version in all its files', () => {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  for (const language of ['typescript', 'python', 'php']) {
    assert.equal(read(`sdks/${language}/LICENSE`), read('LICENSE'), language);
  }
  const { version }: { version: string } = JSON.parse(read('sdks/typescript/package.json'));
  assert.ok(read('sdks/python/pyproject.toml').includes(`\nversion = "${version}"\n`));
  assert.ok(read('sdks/python/src/bindery_client/__init__.py').includes(`\n__version__ = "${version}"\n`));
  assert.ok(read('sdks/shell/bindery-client').includes(`\nversion=${version}\n`));
});
