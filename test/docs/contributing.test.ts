import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('CONTRIBUTING.md');

function foldersIn(path: string): readonly string[] {
  const ignored = new Set([...read('.gitignore').split('\n'), '.git/']);
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !ignored.has(`${entry.name}/`))
    .map(({ name }) => (path === '.' ? `${name}/` : `${path}/${name}/`));
}

test('CONTRIBUTING.md names every folder that ships', () => {
  const folders = [...foldersIn('.'), ...foldersIn('packages'), ...foldersIn('sdks')];
  assert.ok(folders.includes('scripts/') && folders.includes('packages/guard/') && folders.includes('.github/'));
  const parents = ['packages/', 'sdks/'];
  const unnamed = folders.filter((folder) => !page.includes(`\`${folder}\``) && !parents.includes(folder));
  assert.deepEqual(unnamed, []);
});

test('CONTRIBUTING.md names only files and folders that exist', () => {
  const paths = [...page.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = '']) => path);
  assert.ok(paths.length > 30);
  // `dist/` is made by a release.
  assert.deepEqual(
    paths.filter((path) => path !== 'dist/' && !['', 'scripts/'].some((from) => existsSync(join(root, from, path)))),
    [],
  );
});

test('CONTRIBUTING.md names every command of npm run, and no other', () => {
  // Our own manifest.
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = new Set(
    [...page.matchAll(/`npm (?:run ([a-z:]+)|(start|test))/g)].map(([, name, short]) => name ?? short),
  );
  assert.deepEqual([...named].toSorted(), Object.keys(scripts).toSorted());
});
