import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('../../scripts/test-runs.mjs', import.meta.url));
const REPORTER = fileURLToPath(new URL('../../scripts/test-reporter.mjs', import.meta.url));

/** Runs tests with the reporter that `npm test` uses and returns its lines. */
function report(t: TestContext, source: string): { status: number | null; lines: string[] } {
  return runNode(t, source, ['--test', `--test-reporter=${REPORTER}`, '*.test.mjs']);
}

/** Runs tests as `npm test` does and returns its lines. */
function runTests(t: TestContext, source: string): { status: number | null; lines: string[] } {
  return runNode(t, source, [RUNNER, 'a.test.mjs']);
}

function runNode(t: TestContext, source: string, args: readonly string[]): { status: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const imports = "import { appendFileSync, readFileSync } from 'node:fs';\nimport { suite, test } from 'node:test';";
  if (source !== '') writeFileSync(join(folder, 'a.test.mjs'), `${imports}\n${source}`);
  const env = { ...process.env };
  // Set inside a test run; it would make the inner run report to the outer one.
  delete env['NODE_TEST_CONTEXT'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env, cwd: folder });
  return { status, lines: stdout.trimEnd().split('\n') };
}

test('a run ends with a line of counts', (t) => {
  const { status, lines } = report(t, "test('a', () => {}); test('b', () => {}); test('c', { skip: true }, () => {});");
  assert.equal(status, 0);
  assert.equal(lines.at(-1), '2 passed, 0 failed, 1 skipped');
});

test('a warning of a test is shown, although the test passes', (t) => {
  const { status, lines } = report(t, "test('a', (t) => t.diagnostic('warning: a file is long'));");
  assert.equal(status, 0);
  assert.ok(lines.includes('warning: a file is long'), lines.join('\n'));
});

test('a failure is printed in full with its location and fails the run', (t) => {
  const { status, lines } = report(t, "test('a', () => {});\ntest('b', () => { throw new Error('not so'); });");
  assert.equal(status, 1);
  assert.equal(lines[0], '✖ a.test.mjs:4 b');
  assert.match(lines[1] ?? '', /Error: not so/);
  assert.equal(lines.at(-1), '1 passed, 1 failed');
});

test('a file that does not load is a failure', (t) => {
  const { status, lines } = report(t, "throw new Error('broken file');");
  assert.equal(status, 1);
  assert.match(lines.join('\n'), /broken file/);
  assert.equal(lines.at(-1), '0 passed, 1 failed');
});

test('a run without tests fails', (t) => {
  const { status, lines } = report(t, '');
  assert.equal(status, 1);
  assert.equal(lines.at(-1), '0 passed, 0 failed');
});

test('a file that fails is not run again: it fails the run', (t) => {
  const source = `appendFileSync('runs', 'x');
    test('a', () => { if (readFileSync('runs', 'utf8') === 'x') throw new Error('only the first time'); });`;
  const { status, lines } = runTests(t, source);
  assert.equal(status, 1);
  assert.equal(lines.at(-1), '0 passed, 1 failed');
});

test('a reason for skipping is printed once, and a skipped suite counts as one test', (t) => {
  const source = `test('a', () => {});
    for (const name of ['b', 'c']) test(name, { skip: 'no Python' }, () => {});
    suite('d', { skip: 'no PHP' }, () => { test('e', () => {}); });`;
  const { status, lines } = runTests(t, source);
  assert.equal(status, 0);
  assert.deepEqual(lines.slice(-3), [
    'skipped: no Python (2, in a.test.mjs)',
    'skipped: no PHP (1, in a.test.mjs)',
    '1 passed, 0 failed, 3 skipped',
  ]);
});

test('a file that does not load fails the run, with what it printed', (t) => {
  const { status, lines } = runTests(t, "throw new Error('broken file');");
  assert.equal(status, 1);
  assert.match(lines.join('\n'), /broken file/);
  assert.equal(lines.at(-1), '0 passed, 1 failed');
});

test('the coverage of unit tests is printed with the least covered files', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const half = ['export function one() {', '  return 1;', '}', 'export function two() {', '  return 2;', '}', ''];
  writeFileSync(join(folder, 'half.mjs'), half.join('\n'));
  writeFileSync(join(folder, 'a.test.mjs'), "import { one } from './half.mjs';\none();\n");
  const reporter = fileURLToPath(new URL('../../scripts/coverage-reporter.mjs', import.meta.url));
  const args = [
    '--test',
    '--experimental-test-coverage',
    '--test-coverage-include=half.mjs',
    `--test-reporter=${reporter}`,
  ];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, [...args, 'a.test.mjs'], { encoding: 'utf8', env, cwd: folder });
  assert.match(stdout, / 66\.7 % of lines, .+ 50\.0 % of functions\nleast covered:\n {3}66\.7 % {2}half\.mjs\n/);
});
