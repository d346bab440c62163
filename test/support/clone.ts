import { cpSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the clone to edit, built and installed as this one: its packages are links, except our own. */
export function copyClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'bindery-dev-'));
  const filter = (path: string): boolean => !['node_modules', 'data'].includes(basename(path));
  for (const name of [
    '.changeset',
    'CHANGELOG.md',
    'docs',
    'examples',
    'packages',
    'scripts',
    'sdks',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ]) {
    cpSync(join(root, name), join(clone, name), { recursive: true, filter });
  }
  mkdirSync(join(clone, '.cache'));
  for (const name of readdirSync(join(root, '.cache')).filter((one) => one.startsWith('build-'))) {
    cpSync(join(root, '.cache', name), join(clone, '.cache', name));
  }
  mkdirSync(join(clone, 'node_modules/@bindery'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')).filter((one) => !['@bindery', '.cache'].includes(one))) {
    const [from, to] = [join(root, 'node_modules', name), join(clone, 'node_modules', name)];
    if (statSync(from).isFile()) {
      // What npm and the setup write down about an installation: through a link, the copy would write it into this clone.
      cpSync(from, to);
    } else {
      symlinkSync(from, to);
    }
  }
  for (const name of readdirSync(join(clone, 'packages'))) {
    symlinkSync(join(clone, 'packages', name), join(clone, 'node_modules/@bindery', name));
  }
  symlinkSync(join(clone, 'sdks/typescript'), join(clone, 'node_modules/@bindery/client'));
  return clone;
}
