// `npm run release -- --dry-run [FOLDER]`: makes everything that a release consists of, in `dist` or another folder.
// Without --dry-run it also publishes the npm packages, which only the release workflow can do.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../setup/node.mjs';
import { lintPackage } from './lint-package.ts';
import { packPackages } from './npm-packages.ts';
import { packPhp } from './php.ts';
import { publish, requirePublishable } from './publish.ts';
import { packPython } from './python.ts';
import { writeSbom } from './sbom.ts';
import { packShell } from './shell.ts';
import { projectVersion } from './versions.ts';
import { withWorkFolder } from './work-folder.ts';

const { values, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const isDryRun = values['dry-run'];
const version = projectVersion();
if (!isDryRun) requirePublishable(version);

const folder = resolve(ROOT, positionals[0] ?? 'dist');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const artifacts: string[] = [];
const skipped: string[] = [];

/** Notes an artifact and its size. */
function add(file: string): void {
  artifacts.push(file);
  process.stdout.write(`${basename(file)} (${Math.ceil(readFileSync(file).byteLength / 1024)} KiB)\n`);
}

await withWorkFolder(async (work) => {
  const archives = packPackages(folder, work);
  for (const archive of archives) add(archive);
  for (const archive of archives) await lintPackage(archive);
  const python = packPython(folder, work);
  if (typeof python === 'string') skipped.push(`wheel and sdist (${python})`);
  else for (const file of python) add(file);
  add(packPhp(folder, version));
  add(packShell(folder));
  add(writeSbom(folder, version));
  const sums = artifacts.map((file) => `${sha256(file)}  ${basename(file)}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  if (!isDryRun && skipped.length === 0) publish(archives);
});

for (const reason of skipped) process.stdout.write(`skipped: ${reason}\n`);
process.stdout.write(`${artifacts.length} artifacts of ${version} in ${folder}${isDryRun ? ', none published' : ''}\n`);
if (!isDryRun && skipped.length > 0) {
  process.stderr.write('nothing was published: a release needs every artifact\n');
  process.exitCode = 1;
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
