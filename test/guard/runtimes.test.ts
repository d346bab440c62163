import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, findProgram, runProgram } from '../support/programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'packages/guard/src');

describe('the guard, compiled to JavaScript', () => {
  let folder = '';
  let tests: readonly string[] = [];

  before(async () => {
    // Inside the clone, so that jose is found from there.
    mkdirSync(join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(join(root, '.cache', 'guard-'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const options = {
      ...{ noEmit: false, outDir: folder, rootDir: source, rewriteRelativeImportExtensions: true },
      ...{
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
    };
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions: options, include: [`${source}/**/*.ts`] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, exclude: [] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const finished = await runProgram(process.execPath, [tsc, '-p', folder]);
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    tests = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
    assert.ok(tests.length > 10);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('passes its tests on Node 20', async (t) => {
    const node = await findProgram('node', /^v20\./);
    if (node === undefined) {
      t.skip('there is no Node 20 on this machine');
      return;
    }
    const args = ['--test', '--test-reporter=tap', ...tests];
    const finished = await runProgram(node.path, args, { cwd: folder, env: cleanEnvironment() });
    assert.equal(finished.code, 0, finished.stdout);
    assert.match(finished.stdout, /^# fail 0$/m);
    assert.ok(Number(/^# pass (\d+)$/m.exec(finished.stdout)?.[1]) > 80, finished.stdout);
    t.diagnostic(`ran on Node ${node.version}`);
  });

  test('passes its tests on Bun', async (t) => {
    const bun = await findProgram('bun', /^\d/);
    if (bun === undefined) {
      t.skip('there is no Bun on this machine');
      return;
    }
    const args = ['test', ...tests.map((name) => `./${name}`)];
    const finished = await runProgram(bun.path, args, { cwd: folder, env: cleanEnvironment() });
    assert.equal(finished.code, 0, finished.stderr);
    assert.ok(Number(/^ *(\d+) pass$/m.exec(finished.stderr)?.[1]) > 80, finished.stderr);
    t.diagnostic(`ran on Bun ${bun.version}`);
  });

  test('passes its tests on Deno', async (t) => {
    const deno = await findProgram('deno', /^deno /);
    if (deno === undefined) {
      t.skip('there is no Deno on this machine');
      return;
    }
    const args = ['test', '--no-check', '--allow-net=127.0.0.1', '--allow-read', '--allow-env', ...tests];
    const finished = await runProgram(deno.path, args, { cwd: folder, env: cleanEnvironment() });
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    t.diagnostic(`ran on ${deno.version.split('\n')[0]}`);
  });
});
