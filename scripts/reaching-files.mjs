import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const IMPORT = /\bfrom '([^']+)'|\bimport\('([^']+)'\)/g;

/** Of some files, those that import a file, directly or through others of the project. */
export async function reachingFiles(files, goal) {
  const imports = new Map();
  const reaches = async (file, seen) => {
    if (file === goal) return true;
    if (seen.has(file) || !existsSync(file)) return false;
    seen.add(file);
    if (!imports.has(file)) imports.set(file, importsOf(file, await readFile(file, 'utf8')));
    for (const imported of imports.get(file)) {
      if (await reaches(imported, seen)) return true;
    }
    return false;
  };
  const found = [];
  for (const file of files) {
    if (await reaches(file, new Set())) found.push(file);
  }
  return found;
}

/** The files of the project that a file imports, by their paths from the project's folder. */
function importsOf(file, text) {
  return [...text.matchAll(IMPORT)].flatMap(([, name, dynamic]) => {
    const imported = name ?? dynamic;
    if (imported.startsWith('.')) return [join(dirname(file), imported)];
    const [, path] = /^@bindery\/server\/(.+\.ts)$/.exec(imported) ?? [];
    return path === undefined ? [] : [join('packages/server/src', path)];
  });
}
