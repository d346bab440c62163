import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { masterKeyBytes } from '../domain/master-key.ts';
import { ConfigurationError } from '../errors.ts';

/** The master key from the data folder; undefined if there is none yet. */
export function readMasterKeyFile(dataDir: string): Buffer | undefined {
  const file = masterKeyFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (isErrorCode(cause, 'ENOENT')) {
      return undefined;
    }
    throw new ConfigurationError([`the master key at ${file} cannot be read: make it readable for this user`], {
      cause,
    });
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== masterKeyBytes) {
    throw new ConfigurationError([
      `the master key at ${file} is not ${masterKeyBytes} bytes in base64: restore it from your backup`,
    ]);
  }
  return key;
}

/** Creates a master key in the data folder, unless another process was faster; returns the one that is there. */
export function createMasterKeyFile(dataDir: string): Buffer {
  const file = masterKeyFile(dataDir);
  const key = randomBytes(masterKeyBytes);
  // With PostgreSQL nothing else is in the folder, and it may not exist.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const descriptor = openSync(draft, 'wx', 0o600);
    writeSync(descriptor, `${key.toString('base64')}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return putInPlace(draft, file) ? key : awaitOtherProcess(dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives the complete file its name, unless the name is taken: of two processes that start at once, one succeeds. */
function putInPlace(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) {
      return false;
    }
  }
  // A file system without hard links: for a moment, others may see an incomplete file.
  try {
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

/** Removes the file if it still contains this key. */
export function removeMasterKeyFile(dataDir: string, key: Buffer): void {
  if (readMasterKeyFile(dataDir)?.equals(key) === true) {
    rmSync(masterKeyFile(dataDir));
  }
}

/** The other process may still be writing the file, which takes milliseconds. */
function awaitOtherProcess(dataDir: string): Buffer {
  for (let tries = 0; tries < 100 && statSync(masterKeyFile(dataDir)).size < 45; tries += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  const key = readMasterKeyFile(dataDir);
  if (key === undefined) {
    throw new Error('the master key file disappeared while it was read');
  }
  return key;
}

function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master-key');
}

function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
