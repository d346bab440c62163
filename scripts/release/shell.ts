import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/node.mjs';

/** Copies the shell client, which is one file. */
export function packShell(destination: string): string {
  const file = join(destination, 'bindery-client');
  copyFileSync(join(ROOT, 'sdks/shell/bindery-client'), file);
  chmodSync(file, 0o755);
  return file;
}
