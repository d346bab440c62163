import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeSetupToken, writeSetupToken } from './setup-token-file.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'bindery-unit-'));

test('the token is for its owner alone, also in the place of a file that others can read', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'setup-token'), 'old\n', { mode: 0o644 });
  const file = writeSetupToken(folder, 'new');
  assert.equal(file, join(folder, 'setup-token'));
  assert.equal(readFileSync(file, 'utf8'), 'new\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['setup-token']);
});

test('a folder that cannot be made or written is no fault, since the link was printed', () => {
  const taken = join(newFolder(), 'data');
  writeFileSync(taken, 'a file where the folder would be');
  assert.equal(writeSetupToken(taken, 'new'), undefined);
  assert.equal(writeSetupToken(join(taken, 'deeper'), 'new'), undefined);
});

test('removing it twice is no fault', () => {
  const folder = newFolder();
  writeSetupToken(folder, 'new');
  removeSetupToken(folder);
  removeSetupToken(folder);
  assert.deepEqual(readdirSync(folder), []);
});

test('where nothing can be written there is nothing to remove, so that who has set up is not told of a fault', () => {
  const taken = join(newFolder(), 'data');
  writeFileSync(taken, 'a file where the folder would be');
  removeSetupToken(taken);
  assert.equal(readFileSync(taken, 'utf8'), 'a file where the folder would be');
});
