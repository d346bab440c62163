import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_FOLDER = '/dev/shm';
const FREE_BYTES_MIN = 3 * 1024 ** 3;

/**
 * The folder for everything that a run of tests writes, in memory where this machine has room for it: most of what
 * tests wait for is the disk. It is removed by `removeFolder`, with whatever a test left behind.
 */
export function makeFolder() {
  return makeUsableFolder(MEMORY_FOLDER) ?? mkdtempSync(join(tmpdir(), 'bindery-tests-'));
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

function makeUsableFolder(parent) {
  if (!existsSync(parent) || !hasRoom(parent)) return undefined;
  let folder;
  try {
    folder = mkdtempSync(join(parent, 'bindery-tests-'));
  } catch {
    return undefined;
  }
  // PostgreSQL runs as another user, and has to reach its folder in this one.
  chmodSync(folder, 0o711);
  if (canExecuteIn(folder)) return folder;
  removeFolder(folder);
  return undefined;
}

function hasRoom(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(bavail * bsize, process.availableMemory()) >= FREE_BYTES_MIN;
}

/** Whether a program can lie there: containers often forbid it, and some tests install programs. */
function canExecuteIn(folder) {
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 0;
}
