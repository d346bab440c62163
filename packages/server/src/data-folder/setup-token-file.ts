import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the setup token beside the store, for anyone who cannot see the log; returns its path. Undefined if the folder
 * cannot be written, which is no problem with PostgreSQL: the printed link contains the token as well.
 */
export function writeSetupToken(dataDir: string, token: string): string | undefined {
  const file = join(dataDir, 'setup-token');
  // Renamed into place: the mode applies only to a new file, and another server may be writing it right now.
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
    return file;
  } catch (error) {
    if (isUnwritable(error)) {
      return undefined;
    }
    throw error;
  }
}

function isUnwritable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && unwritable.includes(String(error.code));
}

const unwritable: readonly string[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'];

/** Removes the file once its token is used up; in a folder that cannot be written it stays, but is useless. */
export function removeSetupToken(dataDir: string): void {
  try {
    rmSync(join(dataDir, 'setup-token'), { force: true });
  } catch (error) {
    if (!isUnwritable(error)) {
      throw error;
    }
  }
}
