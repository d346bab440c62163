import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/node.mjs';

const TOOLS = ['build==1.6.1', 'setuptools==84.2.1'];
const TIMEOUT_MILLISECONDS = 180_000;

/** Builds the wheel and the sdist of the Python SDK and returns their paths, or the reason why this machine cannot. */
export function packPython(destination: string, work: string): readonly string[] | string {
  const environment = join(work, 'python');
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const reason =
    run('python3', ['-m', 'venv', environment], 'no Python with venv') ??
    run(
      python,
      ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...TOOLS],
      'the build tools could not be installed',
    );
  if (reason !== undefined) return reason;
  // setuptools writes beside the sources.
  const sources = join(work, 'python-sources');
  cpSync(join(ROOT, 'sdks/python'), sources, {
    recursive: true,
    filter: (path) => !/__pycache__|\.egg-info/.test(path),
  });
  cpSync(join(ROOT, 'LICENSE'), join(sources, 'LICENSE'));
  const failure = run(python, ['-m', 'build', '--no-isolation', '--outdir', destination, sources], 'the build failed');
  if (failure !== undefined) throw new Error(failure);
  return readdirSync(destination)
    .filter((name) => name.startsWith('bindery_client-'))
    .map((name) => join(destination, name));
}

/** Runs a program; returns what is wrong, with the last line that it wrote, or undefined. */
function run(file: string, args: readonly string[], meaning: string): string | undefined {
  const { status, stderr, stdout, error } = spawnSync(file, args, { encoding: 'utf8', timeout: TIMEOUT_MILLISECONDS });
  if (status === 0) return undefined;
  const last = error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1);
  return `${meaning}: ${last}`;
}
