import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the setup token beside the store, for who cannot see the log. */
export function writeSetupToken(dataDir: string, token: string): string {
  const file = join(dataDir, 'setup-token');
  // With PostgreSQL nothing else may be there.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Removed first: the mode counts only for a new file.
  rmSync(file, { force: true });
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/** Removes it once it is of no use. */
export function removeSetupToken(dataDir: string): void {
  rmSync(join(dataDir, 'setup-token'), { force: true });
}
