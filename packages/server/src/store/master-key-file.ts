import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { masterKeyBytes } from '../domain/master-key.ts';
import { ConfigurationError } from '../errors.ts';

/** The master key from the data folder; undefined when there is none yet. */
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

/** Makes a master key in the data folder, unless another process was quicker; returns the one that stands there. */
export function makeMasterKeyFile(dataDir: string): Buffer {
  const key = randomBytes(masterKeyBytes);
  // With PostgreSQL nothing else is in the folder, and nobody has made it.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    // O_EXCL: of two processes that start at once, one makes the key.
    const descriptor = openSync(masterKeyFile(dataDir), 'wx', 0o600);
    writeSync(descriptor, `${key.toString('base64')}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return key;
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST')) {
      throw error;
    }
    return awaitOtherProcess(dataDir);
  }
}

/** Removes the file if it still holds this key. */
export function removeMasterKeyFile(dataDir: string, key: Buffer): void {
  if (readMasterKeyFile(dataDir)?.equals(key) === true) {
    rmSync(masterKeyFile(dataDir));
  }
}

/** The other process has made the file and is about to fill it: a matter of milliseconds. */
function awaitOtherProcess(dataDir: string): Buffer {
  for (let tries = 0; tries < 100 && statSync(masterKeyFile(dataDir)).size < 45; tries += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  const key = readMasterKeyFile(dataDir);
  if (key === undefined) {
    throw new Error('the master key vanished while it was read');
  }
  return key;
}

function masterKeyFile(dataDir: string): string {
  return join(dataDir, 'master-key');
}

function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
