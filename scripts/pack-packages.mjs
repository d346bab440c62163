// Packs what other projects install: the guard and the client, compiled to JavaScript with declarations. Prints the path
// of each archive; the folder is `dist` unless another one is named.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const PACKAGES = ['packages/guard', 'sdks/typescript'];

/** Compiles to what Node 20 runs. */
function compile(source, target, configFolder) {
  const options = { noEmit: false, declaration: true, rewriteRelativeImportExtensions: true };
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      ...options,
      ...{ target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'] },
      ...{ typeRoots: [join(ROOT, 'node_modules/@types')], rootDir: source, outDir: target },
    },
    include: [`${source}/**/*.ts`],
    exclude: [`${source}/**/*.test.ts`, `${source}/test-tokens.ts`],
  };
  const file = join(configFolder, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  execFileSync(process.execPath, [TSC, '-p', file], { stdio: ['ignore', 2, 2] });
}

/** `./src/name.ts` or `./dist/name.js` as what stands in the archive. */
function compiledExport(target) {
  const [, name] = /\/([^/]+)\.[jt]s$/.exec(target.default ?? target);
  return { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

function packPackage(folder, destination) {
  // Inside the clone, so that the compiler finds what the sources import.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const work = mkdtempSync(join(ROOT, '.cache', 'pack-'));
  try {
    const staging = join(work, 'package');
    mkdirSync(staging);
    compile(join(ROOT, folder, 'src'), join(staging, 'dist'), work);
    const {
      private: _private,
      scripts: _scripts,
      exports,
      ...rest
    } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const entries = Object.entries(exports).map(([name, target]) => [name, compiledExport(target)]);
    const manifest = { ...rest, exports: Object.fromEntries(entries), files: ['dist'] };
    writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    cpSync(join(ROOT, folder, 'README.md'), join(staging, 'README.md'));
    cpSync(join(ROOT, 'LICENSE'), join(staging, 'LICENSE'));
    const archive = join(destination, `${rest.name.replace('@', '').replace('/', '-')}-${rest.version}.tgz`);
    execFileSync('tar', ['-czf', archive, '-C', work, 'package']);
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const destination = resolve(process.argv[2] ?? join(ROOT, 'dist'));
mkdirSync(destination, { recursive: true });
for (const folder of PACKAGES) process.stdout.write(`${packPackage(folder, destination)}\n`);
