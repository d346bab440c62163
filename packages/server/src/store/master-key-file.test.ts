import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeMasterKeyFile, readMasterKeyFile } from './master-key-file.ts';

function newFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-key-'));
  test.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the master key is made once, and whoever comes second gets the one that stands there', (t) => {
  const folder = newFolder(t);
  assert.equal(readMasterKeyFile(folder), undefined);
  const key = makeMasterKeyFile(folder);
  assert.equal(key.length, 32);
  assert.deepEqual(makeMasterKeyFile(folder), key);
  assert.deepEqual(readMasterKeyFile(folder), key);
  assert.notDeepEqual(makeMasterKeyFile(newFolder(t)), key);
});

test('a damaged master key is refused with a sentence that does not show it', (t) => {
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
