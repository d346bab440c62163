import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LoadOptions, LoadResult } from './load.ts';

/** A program that serves until it is ended. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process until it said that it listens. */
  readonly listeningAfter: number;
  stop(): Promise<void>;
}

/** Starts a server and waits until it says on standard error where it listens; its log goes nowhere. */
export async function serve(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Served> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await portOf(child);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    listeningAfter: performance.now() - started,
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** Runs the load generator in a process of its own. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const path = new URL('./load.ts', import.meta.url).pathname;
  // The load generator prints what it is typed to print.
  return JSON.parse(await run([path], { LOAD: JSON.stringify(options) })) as LoadResult;
}

/** Runs a program of Node's to its end and returns what it printed; throws when it fails. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>>, stdin = ''): Promise<string> {
  const child = spawn(process.execPath, args, { env: { ...ownEnvironment(), ...env } });
  // A program that ends without having read is no failure of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  let printed = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`${args.join(' ')} ended with ${String(code)}: ${said}`);
  }
  return printed;
}

/** Memory of a process in MiB, now and at its highest; undefined where the system does not say. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mebibytes = (field: string): number =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 102.4) / 10;
    return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
  } catch {
    return undefined;
  }
}

/** Processor time a process has taken so far, in microseconds; undefined where the system does not say. */
export function processorTimeOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    // User and system time in ticks, of which Linux has 100 a second.
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return undefined;
  }
}

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('close', (code) => reject(new Error(`a server ended with ${code}: ${said}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, port] = /listening on (?:http:\/\/[^\s:]+:)?(\d+)\s/.exec(said) ?? [];
      if (port !== undefined) {
        resolve(port);
      }
    });
  });
}

/** The environment without settings that would change what is measured. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('BINDERY_') && !['PORT', 'HOST', 'DATABASE_URL', 'NODE_OPTIONS'].includes(name),
    ),
  );
}
