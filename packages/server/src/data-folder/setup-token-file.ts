import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the setup token beside the store, for who cannot see the log, and answers its path; undefined where the folder
 * cannot be written, which with PostgreSQL it need not be: the token stands in the printed link as well.
 */
export function writeSetupToken(dataDir: string, token: string): string | undefined {
  const file = join(dataDir, 'setup-token');
  // Moved into its place, since the mode counts only for a new file and another server may write it at this moment.
  const made = `${file}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    rmSync(made, { force: true });
    writeFileSync(made, `${token}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(made, file);
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

/** Removes it once it is of no use; where the folder cannot be written it stays, good for nothing. */
export function removeSetupToken(dataDir: string): void {
  try {
    rmSync(join(dataDir, 'setup-token'), { force: true });
  } catch (error) {
    if (!isUnwritable(error)) {
      throw error;
    }
  }
}
