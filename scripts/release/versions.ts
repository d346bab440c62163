import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/node.mjs';

/** The folders of everything that has a version; all have the same. */
export const VERSIONED = {
  npm: [
    '.',
    'packages/binders',
    'packages/conform',
    'packages/console',
    'packages/guard',
    'packages/server',
    'sdks/typescript',
  ],
  python: 'sdks/python/pyproject.toml',
} as const;

/** The version that is released; throws where two packages disagree. */
export function projectVersion(): string {
  const versions = new Map<string, string>();
  for (const folder of VERSIONED.npm) {
    const file = join(folder, 'package.json');
    // Our own manifest: it has a version.
    const { version } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { version: string };
    versions.set(file, version);
  }
  const python = /^version = "(.+)"$/m.exec(readFileSync(join(ROOT, VERSIONED.python), 'utf8'))?.[1];
  versions.set(VERSIONED.python, python ?? 'none');
  const [first, ...others] = new Set(versions.values());
  if (first === undefined || others.length > 0) {
    throw new Error(`versions differ: ${[...versions].map((pair) => pair.join(' has ')).join(', ')}`);
  }
  return first;
}
