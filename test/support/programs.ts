import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The exit code and output of a program. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string; readonly cwd?: string } = {},
): Promise<Finished> {
  const child = spawn(command, args, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await exitOf(child);
  return { code, stdout, stderr };
}

/** The exit code of a program, once its output has been read; rejects if it cannot be started. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

/** The environment without the Bindery settings that this machine may have. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('BINDERY_') &&
      !['PORT', 'HOST', 'DATABASE_URL', 'DATABASE_URL_FILE', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT'].includes(name),
  );
  return Object.fromEntries(entries);
}

/** The first program of this name whose version matches, with that version; the project's own Node does not count. */
export async function findProgram(
  name: string,
  version: RegExp,
): Promise<{ readonly path: string; readonly version: string } | undefined> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folders = [...pathFolders(), '/usr/bin', '/usr/local/bin'];
  for (const folder of new Set(folders.filter((one) => one !== '' && !one.startsWith(root)))) {
    const path = join(folder, name);
    const finished = await runProgram(path, ['--version']).catch(() => undefined);
    if (finished?.code === 0 && version.test(finished.stdout)) return { path, version: finished.stdout.trim() };
  }
  return undefined;
}

/** The path of a program, including those for administrators. */
export function findOnPath(name: string): string | undefined {
  return pathFolders()
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The folders in which programs are looked up. */
export function pathFolders(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
}
