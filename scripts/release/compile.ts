import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/node.mjs';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What Node 20 runs, and what Node 24 does. */
const LEVELS = {
  node20: { target: 'es2022', lib: ['es2023', 'esnext.disposable'] },
  node24: { target: 'es2024', lib: ['es2024', 'esnext.disposable'] },
} as const;

/**
 * Compiles files and all that they import to JavaScript with declarations, since Node strips no types below
 * node_modules. The result has the paths of the sources, inside `outDir`; tests are not in it, since nothing imports them.
 */
export function compile(files: readonly string[], level: keyof typeof LEVELS, outDir: string): void {
  mkdirSync(outDir, { recursive: true });
  const config = join(outDir, 'tsconfig.json');
  const compilerOptions = {
    ...LEVELS[level],
    ...{ noEmit: false, allowJs: false, declaration: true, rewriteRelativeImportExtensions: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], rootDir: ROOT, outDir },
  };
  const sources = files.map((file) => join(ROOT, file));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files: sources, include: [] }),
  );
  execFileSync(process.execPath, [TSC, '-p', config], { stdio: ['ignore', 2, 2] });
}
