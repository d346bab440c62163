import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const loader = new URL('../../packages/server/bin/load.cjs', import.meta.url);

test('the compile cache is writable by its owner only, whatever umask the server was started with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-compiled-'));
  try {
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'src'));
    cpSync(loader, join(folder, 'bin', 'load.cjs'));
    writeFileSync(join(folder, 'src', 'main.ts'), 'process.stdout.write(process.umask().toString(8));\n');
    const script = 'umask 000; exec "$0" bin/load.cjs';
    // Without the test run's own cache.
    const { NODE_COMPILE_CACHE: _, ...env } = process.env;
    const printed = execFileSync('sh', ['-c', script, process.execPath], { cwd: folder, encoding: 'utf8', env });
    assert.equal(printed, '0', 'the umask of the program stays as it was');
    const made = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.cache'));
    assert.ok(made.length >= 3, made.join(', '));
    for (const name of made) {
      assert.equal(statSync(join(folder, name)).mode & 0o022, 0, name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
