import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const REPORTER = fileURLToPath(new URL('../../scripts/test-reporter.mjs', import.meta.url));

/** Runs tests with the reporter of `npm test` and returns its lines. */
function report(t: TestContext, source: string): { status: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  if (source !== '') writeFileSync(join(folder, 'a.test.mjs'), `import { test } from 'node:test';\n${source}`);
  const env = { ...process.env };
  // Set inside a test run; it would make the inner run report to the outer one.
  delete env['NODE_TEST_CONTEXT'];
  const args = ['--test', `--test-reporter=${REPORTER}`, join(folder, '*.test.mjs')];
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

test('a failure is told in full with its place and makes the run fail', (t) => {
  const { status, lines } = report(t, "test('a', () => {});\ntest('b', () => { throw new Error('not so'); });");
  assert.equal(status, 1);
  assert.equal(lines[0], '✖ a.test.mjs:3 b');
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
