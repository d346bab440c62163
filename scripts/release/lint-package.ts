import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** ES modules only: what older resolvers make of them is not promised. */
const UNSUPPORTED = new Set(['node10', 'node16-cjs']);

/** Throws where publint or are-the-types-wrong find a fault in a packed package. */
export async function lintPackage(archive: string): Promise<void> {
  const bytes = readFileSync(archive);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
  const faults = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  if (result.types === false) {
    if (exportsCode(pkg)) faults.push('the package has no types');
  } else {
    const problems = result.problems.filter((problem) => {
      return !('resolutionKind' in problem) || !UNSUPPORTED.has(problem.resolutionKind);
    });
    faults.push(...problems.map((problem) => `${problem.kind} ${'entrypoint' in problem ? problem.entrypoint : ''}`));
  }
  if (faults.length > 0) throw new Error(`${basename(archive)}:\n${faults.join('\n')}`);
}

function exportsCode({ exports }: Readonly<Record<string, unknown>>): boolean {
  const names = typeof exports === 'object' && exports !== null ? Object.keys(exports) : ['.'];
  return names.some((name) => name !== './package.json');
}
