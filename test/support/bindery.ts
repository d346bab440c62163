import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseSecretsIn, rememberSecrets } from './logged-secrets.ts';
import { freePort } from './ports.ts';
import { cleanEnvironment, exitOf, type Finished, runProgram } from './programs.ts';
import { removeStore, type StoreEnvironment, sharedEnvironmentOf, storeEnvironmentOf } from './stores.ts';
import { waitFor } from './wait-for.ts';

/** The command, as an operator runs it. */
export const binderyCommand = new URL('../../packages/server/bin/bindery.cjs', import.meta.url).pathname;

/** A server in its own process, on a free port of this machine, with its store in its own folder. */
export interface Bindery {
  readonly url: string;
  readonly dataDir: string;
  /** The settings by which any other process finds the same store. */
  readonly storeEnvironment: StoreEnvironment;
  /** The whole environment of the process. */
  readonly environment: NodeJS.ProcessEnv;
  readonly pid: number;
  /** Everything the server has written so far. */
  log(): string;
  /** Resolves to the exit code once the server ends by itself or is ended. */
  readonly exited: Promise<number | null>;
  /** Runs the command line on the same store. */
  cli(args: readonly string[], stdin?: string): Promise<Finished>;
  /** Runs a command with `--json`, which must succeed, and returns its answer. */
  cliJson<Answer = Record<string, unknown>>(args: readonly string[], stdin?: string): Promise<Answer>;
  /** Stops the server as an operator does and returns its exit code. */
  stop(): Promise<number | null>;
  /** Kills the server without warning. */
  kill(): Promise<void>;
  /** Starts the same server again: same port, same store. */
  restart(): Promise<Bindery>;
  /** Stops the server if it runs, and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BinderyOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  /** A server whose store is shared, and kept at the end. */
  readonly sharing?: Bindery;
  /** The command `bindery`, where it is not the clone's. */
  readonly command?: string;
}

/** Starts a server and waits until it listens. */
export async function startBindery(options: BinderyOptions = {}): Promise<Bindery> {
  const command = options.command ?? binderyCommand;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'bindery-test-'));
  const storeEnvironment = options.sharing
    ? sharedEnvironmentOf(options.sharing, dataDir)
    : await storeEnvironmentOf(dataDir, options.env);
  // Servers of one store have one name, as behind a load balancer.
  const issuer = options.sharing ? { BINDERY_PUBLIC_URL: options.sharing.url } : {};
  const env = { ...cleanEnvironment(), ...issuer, ...storeEnvironment, ...options.env };
  const { port, child, exited, log } = await serveOnPort(command, env);
  const environment = { ...env, PORT: port };
  // Not the public URL, which may be that of another server.
  const address = `http://localhost:${port}`;
  const pid = child.pid ?? 0;
  const run = (args: readonly string[], stdin = ''): Promise<Finished> =>
    runProgram(process.execPath, [command, ...args], { env: environment, stdin });
  return {
    url: address,
    dataDir,
    storeEnvironment,
    environment,
    pid,
    log,
    exited,
    cli: run,
    async cliJson<Answer>(args: readonly string[], stdin?: string): Promise<Answer> {
      const finished = await run([...args, '--json'], stdin);
      if (finished.code !== 0) {
        throw new Error(`bindery ${args.join(' ')} ended with ${finished.code}: ${finished.stderr}`);
      }
      // The caller says which command's answer it asked for.
      const answer = JSON.parse(finished.stdout) as Answer & { readonly client_secret?: string };
      rememberSecrets(answer.client_secret, args.includes('--password-stdin') ? stdin?.trim() : undefined);
      return answer;
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async restart() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await exited;
      }
      return startBindery({ ...options, dataDir, env: { ...options.env, PORT: port } });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await removeStore(dataDir);
      refuseSecretsIn(log());
    },
  };
}

/** Starts a second server on the store of another; on PostgreSQL with a folder of its own, as on a second machine. */
export function startSecond(bindery: Bindery, env: Readonly<Record<string, string>> = {}): Promise<Bindery> {
  return startBindery({ sharing: bindery, env });
}

interface Serving {
  readonly port: string;
  readonly child: ChildProcess;
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>;
  readonly log: () => string;
}

const portsTriedMax = 5;

/** Starts a server on the given port or on a free one, and on another one if somebody else took that first. */
async function serveOnPort(command: string, env: NodeJS.ProcessEnv): Promise<Serving> {
  const isFixed = (env['PORT'] ?? '0') !== '0';
  for (let tried = 1; ; tried += 1) {
    const port = isFixed ? String(env['PORT']) : String(await freePort());
    const serving = serve(command, env, port);
    try {
      await waitUntilListening(serving);
      return serving;
    } catch (error) {
      if (isFixed || tried === portsTriedMax || !serving.log().includes('is taken by another program')) throw error;
    }
  }
}

function serve(command: string, env: NodeJS.ProcessEnv, port: string): Serving {
  const child = spawn(process.execPath, [command, 'serve'], {
    env: { ...env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  return { port, child, exited: exitOf(child), log: () => log };
}

async function waitUntilListening({ child, log }: Serving): Promise<void> {
  await waitFor(() => {
    if (log().includes(' is listening on ')) {
      return true;
    }
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}: ${log()}`);
    }
    return undefined;
  });
}
