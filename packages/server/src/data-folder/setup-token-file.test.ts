import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeSetupToken, writeSetupToken } from './setup-token-file.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'bindery-unit-'));

test('only the owner can read the token, even if it replaces a file that others can read', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'setup-token'), 'old\n', { mode: 0o644 });
  const file = writeSetupToken(folder, 'new');
  assert.equal(file, join(folder, 'setup-token'));
  assert.equal(readFileSync(file, 'utf8'), 'new\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['setup-token']);
});

test('a folder that cannot be created or written is not an error, because the link was printed', () => {
  const taken = join(newFolder(), 'data');
  writeFileSync(taken, 'a file where the folder would be');
  assert.equal(writeSetupToken(taken, 'new'), undefined);
  assert.equal(writeSetupToken(join(taken, 'deeper'), 'new'), undefined);
});

test('removing the token twice is not an error', () => {
  const folder = newFolder();
  writeSetupToken(folder, 'new');
  removeSetupToken(folder);
  removeSetupToken(folder);
  assert.deepEqual(readdirSync(folder), []);
});

test('removing the token from a folder that cannot be written is not an error, so setup succeeds', () => {
  const taken = join(newFolder(), 'data');
  writeFileSync(taken, 'a file where the folder would be');
  removeSetupToken(taken);
  assert.equal(readFileSync(taken, 'utf8'), 'a file where the folder would be');
});
