import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { ROOT } from '../setup/node.mjs';

const FOLDER = join(ROOT, 'sdks/php');
/** The same archive each time; a zip has no dates before 1980. */
const MODIFIED = new Date(1980, 0, 1);

/** Writes the archive that Composer takes as an artifact. */
export function packPhp(destination: string, version: string): string {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).sort();
  const files = Object.fromEntries(
    names
      .filter((name) => statSync(join(FOLDER, name)).isFile() && !name.startsWith('vendor'))
      .map((name) => [name, new Uint8Array(readFileSync(join(FOLDER, name)))]),
  );
  // Composer reads the version of an artifact here; in a repository it takes the tag's.
  const manifest = JSON.parse(readFileSync(join(FOLDER, 'composer.json'), 'utf8'));
  files['composer.json'] = new TextEncoder().encode(`${JSON.stringify({ version, ...manifest }, null, 4)}\n`);
  files['LICENSE'] = new Uint8Array(readFileSync(join(ROOT, 'LICENSE')));
  const file = join(destination, `bindery-client-php-${version}.zip`);
  writeFileSync(file, zipSync(files, { mtime: MODIFIED }));
  return file;
}
