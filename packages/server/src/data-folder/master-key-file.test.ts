import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createMasterKeyFile, readMasterKeyFile } from './master-key-file.ts';

function newFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-key-'));
  test.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the master key is created once, and the second process gets the existing one', (t) => {
  const folder = newFolder(t);
  assert.equal(readMasterKeyFile(folder), undefined);
  const key = createMasterKeyFile(folder);
  assert.equal(key.length, 32);
  assert.deepEqual(createMasterKeyFile(folder), key);
  assert.deepEqual(readMasterKeyFile(folder), key);
  assert.notDeepEqual(createMasterKeyFile(newFolder(t)), key);
});

test('a process that reads while others create the key sees none or all of it, and no draft is left', async (t) => {
  const folder = newFolder(t);
  const module = new URL('master-key-file.ts', import.meta.url).href;
  const program = `import { createMasterKeyFile, readMasterKeyFile } from ${JSON.stringify(module)};
    const key = readMasterKeyFile(process.argv[1]) ?? createMasterKeyFile(process.argv[1]);
    process.stdout.write(key.toString('hex'));`;
  const run = promisify(execFile);
  const args = ['--input-type=module-typescript', '-e', program, folder];
  const printed = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, args)));
  assert.equal(new Set(printed.map(({ stdout }) => stdout)).size, 1);
  assert.equal(printed[0]?.stdout, readMasterKeyFile(folder)?.toString('hex'));
  assert.deepEqual(readdirSync(folder), ['master-key']);
  assert.equal(statSync(join(folder, 'master-key')).mode & 0o777, 0o600);
});

test('a damaged master key is refused with a message that does not show it', (t) => {
  const folder = newFolder(t);
  for (const text of ['', 'canary', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')]) {
    writeFileSync(join(folder, 'master-key'), text);
    assert.throws(
      () => readMasterKeyFile(folder),
      (error: Error) =>
        /is not 32 bytes in base64: restore it/.test(error.message) && !error.message.includes('canary'),
    );
  }
});
