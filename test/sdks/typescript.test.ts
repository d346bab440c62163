import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Language } from '../../sdks/conformance/driver.ts';
import { cases, runCase } from '../../sdks/conformance/run-case.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { drivers, testAgainstServer, testTable } from '../support/sdks.ts';

const folder = new URL('../../sdks/typescript/', import.meta.url).pathname;
const javascript: Language = {
  name: 'JavaScript',
  command: [process.execPath, `${drivers}driver.mjs`, `${folder}src/index.ts`],
};

testTable(javascript);
testAgainstServer(javascript);

suite('the package for npm', async () => {
  const older = await findOlderNode();
  let unpacked = '';

  before(async () => {
    unpacked = mkdtempSync(join(tmpdir(), 'bindery-client-'));
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    // By name, because npm may be configured to ignore scripts.
    await npm('run', 'build');
    const packed = await npm('pack', '--ignore-scripts', '--silent', '--pack-destination', unpacked);
    const archive = join(unpacked, packed.trim().split('\n').at(-1) ?? '');
    assert.equal((await runProgram('tar', ['-xzf', archive, '-C', unpacked])).code, 0);
  });
  after(() => rmSync(unpacked, { recursive: true, force: true }));

  test('contains JavaScript with types, and no tests', async () => {
    const listed = await runProgram('find', ['package', '-type', 'f'], { cwd: unpacked });
    const files = listed.stdout.trim().split('\n');
    assert.ok(files.includes('package/dist/index.js') && files.includes('package/dist/index.d.ts'), listed.stdout);
    assert.ok(files.includes('package/README.md'));
    assert.deepEqual(
      files.filter((file) => /\.test\.|\/src\//.test(file)),
      [],
    );
  });

  const skip = older === undefined ? 'no Node 20 to 25 is on PATH besides the one that runs this' : false;
  suite('passes the table on the oldest Node on this machine', { concurrency: 4, skip }, () => {
    for (const row of cases.filter(
      ({ name }) => !/429 with Retry-After is waited|times out|always breaks/.test(name),
    )) {
      test(row.name, () => {
        const module = join(unpacked, 'package/dist/index.js');
        return runCase({ name: 'packed JavaScript', command: [older ?? '', `${drivers}driver.mjs`, module] }, row);
      });
    }
  });
});

async function npm(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('npm', args, { cwd: folder, env: cleanEnvironment() });
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

/** An older Node than the one that runs this, such as the one npm was started with. */
async function findOlderNode(): Promise<string | undefined> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((one) => join(one, 'node'))
    .filter((path) => existsSync(path) && realpathSync(path) !== realpathSync(process.execPath));
  for (const path of found) {
    const { stdout } = await runProgram(path, ['--version']).catch(() => ({ stdout: '' }));
    const major = Number(/^v(\d+)\./.exec(stdout)?.[1]);
    if (major >= 20 && major < 26) return path;
  }
  return undefined;
}
