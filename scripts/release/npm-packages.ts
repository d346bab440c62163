import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { builds } from '../setup/builds.mjs';
import { npmCommand, npmEnvironment } from '../setup/install.mjs';
import { ROOT } from '../setup/node.mjs';
import { compile } from './compile.ts';

/** The libraries that run where their users' programs do, and those that need the server's Node. */
const NODE_20 = ['packages/guard', 'sdks/typescript'];
const NODE_24 = ['packages/binders', 'packages/conform'];
const SERVER = 'packages/server';
/** Where its process begins, and its thread, which nothing imports. */
const SERVER_ENTRIES = ['packages/server/src/main.ts', 'packages/server/src/store/sqlite/reader-thread.ts'];

/**
 * What the server reads at run time besides its code, pages and samples of the portal included; each stands in the package
 * where it stands in a clone.
 */
const SERVER_FILES = [
  ...['packages/server/assets', 'packages/server/bin', 'packages/server/dist', 'packages/console/dist'],
  ...builds.flatMap(({ inputs }) => inputs).filter((input) => /^(docs|examples)(\/|$)/.test(input)),
];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** Packs every npm package and returns the paths of the archives, each after those that it depends on. */
export function packPackages(destination: string, work: string): readonly string[] {
  const compiled = { node20: join(work, 'node20'), node24: join(work, 'node24') };
  compile(NODE_20.flatMap(entriesOf), 'node20', compiled.node20);
  compile([...NODE_24.flatMap(entriesOf), ...SERVER_ENTRIES], 'node24', compiled.node24);
  const stagings = [
    ...NODE_20.map((folder) => stageLibrary(folder, compiled.node20, work)),
    ...NODE_24.map((folder) => stageLibrary(folder, compiled.node24, work)),
    stageServer(compiled.node24, work),
  ];
  return stagings.map((staging) => pack(staging, destination));
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

/** The name of a module in `src` that an export stands for: `./src/name.ts`, or `./dist/name.js` once built. */
function moduleOf(target: string | { readonly default: string }): string {
  const path = typeof target === 'string' ? target : target.default;
  const name = /^\.\/(?:src|dist)\/(.+)\.[jt]s$/.exec(path)?.[1];
  if (name === undefined) throw new Error(`an export stands for ${path}, which is neither in src nor in dist`);
  return name;
}

function entriesOf(folder: string): readonly string[] {
  return Object.values(manifestOf(folder).exports ?? {}).map((target) => `${folder}/src/${moduleOf(target)}.ts`);
}

/** What every published manifest has; the repository is that of the workflow, as provenance demands. */
function publicManifest(folder: string): Manifest {
  const { private: _private, scripts: _scripts, devDependencies: _devDependencies, ...rest } = manifestOf(folder);
  const { GITHUB_SERVER_URL: host, GITHUB_REPOSITORY: name } = process.env;
  const repository =
    host && name ? { repository: { type: 'git', url: `git+${host}/${name}.git`, directory: folder } } : {};
  return { ...rest, ...repository, publishConfig: { access: 'public' } };
}

function stageLibrary(folder: string, compiled: string, work: string): string {
  const staging = join(work, 'packages', basename(folder));
  cpSync(join(compiled, folder, 'src'), join(staging, 'dist'), { recursive: true });
  const manifest = publicManifest(folder);
  const exports = Object.entries(manifest.exports ?? {}).map(([name, target]) => {
    const path = `./dist/${moduleOf(target)}`;
    return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  writeManifest(staging, { ...manifest, exports: Object.fromEntries(exports), files: ['dist'] });
  cpSync(join(ROOT, folder, 'README.md'), join(staging, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(staging, 'LICENSE'));
  return staging;
}

/** The server with the folders of a clone that it reads: what a path means is the same in both. */
function stageServer(compiled: string, work: string): string {
  const staging = join(work, 'packages', 'server');
  for (const path of SERVER_FILES) cpSync(join(ROOT, path), join(staging, path), { recursive: true });
  cpSync(join(compiled, SERVER, 'src'), join(staging, SERVER, 'src'), {
    recursive: true,
    filter: (path) => !path.endsWith('.d.ts'),
  });
  const load = join(staging, SERVER, 'bin/load.cjs');
  const source = readFileSync(load, 'utf8');
  if (!source.includes("'../src/main.ts'")) throw new Error('bin/load.cjs no longer imports ../src/main.ts');
  writeFileSync(load, source.replace("'../src/main.ts'", "'../src/main.js'"));

  const manifest = publicManifest(SERVER);
  const { name, version, dependencies } = manifest;
  writeManifest(join(staging, SERVER), { name, version, type: 'module', dependencies });
  const bin = Object.entries(manifest.bin ?? {}).map(([command, path]) => [command, `${SERVER}/${path}`]);
  writeManifest(staging, {
    ...manifest,
    bin: Object.fromEntries(bin),
    exports: { './package.json': './package.json' },
    files: ['packages', 'docs', 'examples'],
  });
  cpSync(join(ROOT, SERVER, 'README.md'), join(staging, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(staging, 'LICENSE'));
  return staging;
}

function writeManifest(folder: string, manifest: Manifest): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function pack(staging: string, destination: string): string {
  const { file, args, shell } = npmCommand(['pack', '--json', '--ignore-scripts', '--pack-destination', destination]);
  const output = execFileSync(file, args, { cwd: staging, env: npmEnvironment(), shell, encoding: 'utf8' });
  // npm's own answer: one entry, for the one package.
  const [packed] = JSON.parse(output) as [{ filename: string }];
  return join(destination, packed.filename);
}
