import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/node.mjs';

/** Runs with a temporary folder, inside the clone so that what is compiled there finds the clone's packages. */
export async function withWorkFolder(run: (folder: string) => Promise<void>): Promise<void> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'release-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
