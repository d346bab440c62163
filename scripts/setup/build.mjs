// Makes the builds whose inputs have changed since the last time.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { builds } from './builds.mjs';
import { runStep } from './step.mjs';

const SKIPPED_FOLDERS = ['node_modules', 'dist'];

function filesIn(entry) {
  if (!statSync(entry).isDirectory()) return [entry];
  const names = readdirSync(entry).filter((name) => !SKIPPED_FOLDERS.includes(name));
  return names.sort().flatMap((name) => filesIn(join(entry, name)));
}

function fingerprint(root, build) {
  const hash = createHash('sha256').update(JSON.stringify(build.command));
  for (const file of [...build.inputs, 'package-lock.json'].flatMap((input) => filesIn(join(root, input)))) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function stampFile(root, build) {
  return join(root, '.cache', `build-${build.name}`);
}

function isBuilt(root, build) {
  try {
    if (!existsSync(join(root, build.output))) return false;
    return readFileSync(stampFile(root, build), 'utf8') === fingerprint(root, build);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** The builds that have to be made. */
export function missingBuilds(root) {
  return builds.filter((build) => !isBuilt(root, build));
}

/** Makes one build with the Node at `nodePath`; only a build that succeeded leaves its stamp. */
export async function makeBuild(root, nodePath, build) {
  const before = fingerprint(root, build);
  await runStep({
    title: `building ${build.name}`,
    file: nodePath,
    args: build.command,
    cwd: root,
    advise: () => `Bindery's ${build.name} could not be built; the lines above are what its build said.`,
  });
  writeFileSync(stampFile(root, build), before);
}
