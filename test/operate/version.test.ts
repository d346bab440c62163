import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { copyClone } from '../support/clone.ts';
import { cleanEnvironment, type Finished, runProgram } from '../support/programs.ts';

function clone(t: TestContext) {
  const folder = copyClone();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  const run = (): Promise<Finished> => {
    const args = ['scripts/release/version.ts', '--date', '2026-12-01'];
    return runProgram(process.execPath, args, { cwd: folder, env: cleanEnvironment() });
  };
  return { folder, read, write, run };
}

test('a new version is that of every package, and says in the changelog what changed', async (t) => {
  const { folder, read, write, run } = clone(t);
  write(
    'CHANGELOG.md',
    '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- An older line.\n\n## [0.0.9] - 2026-01-01\n\n- First.\n',
  );
  write('.changeset/one.md', "---\n'@bindery/guard': minor\n---\n\nThe guard reads\ntwo headers.\n");
  write('.changeset/two.md', '---\n"@bindery/server": patch\n---\n\nA fault is gone.\n');
  const { code, stdout, stderr } = await run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^0\.1\.0 becomes 0\.2\.0: /);
  for (const path of ['.', 'packages/guard', 'packages/server', 'packages/console', 'sdks/typescript']) {
    assert.equal(JSON.parse(read(join(path, 'package.json'))).version, '0.2.0', path);
  }
  assert.equal(JSON.parse(read('packages/server/package.json')).dependencies['@bindery/guard'], '0.2.0');
  assert.equal(JSON.parse(read('package-lock.json')).packages['packages/server'].version, '0.2.0');
  assert.doesNotMatch(read('package-lock.json'), /"resolved": "http/);
  assert.match(read('sdks/python/pyproject.toml'), /^version = "0\.2\.0"$/m);
  assert.equal(existsSync(join(folder, '.changeset/one.md')), false);
  assert.ok(
    read('CHANGELOG.md').startsWith(
      '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- An older line.\n- The guard reads\n  two headers.\n\n### Fixed\n\n- A fault is gone.\n\n## [0.0.9]',
    ),
    read('CHANGELOG.md'),
  );
});

test('without a described change there is no new version', async (t) => {
  const { code, stderr } = await clone(t).run();
  assert.equal(code, 1);
  assert.equal(stderr, 'nothing to release: describe what changed with `npm run change`\n');
});
