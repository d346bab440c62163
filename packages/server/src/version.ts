import { readFileSync } from 'node:fs';

/** The version of this program, from its package. */
export const version: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  // Our own file: it has a version.
  return (JSON.parse(text) as { version: string }).version;
}
