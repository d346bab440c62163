import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, pathFolders } from './postgres-cluster.ts';
import { removeStore, type StoreEnvironment, sharedEnvironmentOf, storeEnvironmentOf } from './stores.ts';

export { openStoreForTest, testStore } from './stores.ts';

/** The command, as an operator runs it. */
export const binderyCommand = new URL('../../packages/server/bin/bindery.cjs', import.meta.url).pathname;

/** What a program left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Bindery of its own: a real process on a free loopback port with a store in a folder of its own. */
export interface Bindery {
  readonly url: string;
  readonly dataDir: string;
  /** The settings by which any other process finds the same store. */
  readonly storeEnvironment: StoreEnvironment;
  readonly pid: number;
  /** Everything the server has written so far. */
  log(): string;
  /** Runs the command line on the same store. */
  cli(args: readonly string[], stdin?: string): Promise<Finished>;
  /** Runs a command with `--json`, which must succeed, and returns its answer. */
  cliJson<Answer = Record<string, unknown>>(args: readonly string[], stdin?: string): Promise<Answer>;
  /** Ends the server as an operator does and returns its exit code. */
  stop(): Promise<number | null>;
  /** Ends the server as a power cut does. */
  kill(): Promise<void>;
  /** Starts the same server again: same port, same store. */
  restart(): Promise<Bindery>;
  /** Stops the server if it runs, and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BinderyOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  /** A server whose store is used, and left alone at the end. */
  readonly sharing?: Bindery;
}

/** Starts a server and waits until it listens. */
export async function startBindery(options: BinderyOptions = {}): Promise<Bindery> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'bindery-test-'));
  const storeEnvironment = options.sharing
    ? sharedEnvironmentOf(options.sharing, dataDir)
    : await storeEnvironmentOf(dataDir, options.env);
  const asked = options.env?.['PORT'] ?? '0';
  const port = asked === '0' ? String(await freePort()) : asked;
  // Servers of one store speak in one name, as behind a load balancer.
  const issuer = options.sharing ? { BINDERY_PUBLIC_URL: options.sharing.url } : {};
  const env = { ...cleanEnvironment(), ...issuer, ...storeEnvironment, ...options.env, PORT: port };
  const child = spawn(process.execPath, [binderyCommand, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = exitOf(child);
  await waitUntilListening(child, () => log);
  // Not the public URL, which may be that of another server.
  const address = `http://localhost:${port}`;
  const pid = child.pid ?? 0;
  const run = (args: readonly string[], stdin = ''): Promise<Finished> =>
    runProgram(process.execPath, [binderyCommand, ...args], { env, stdin });
  return {
    url: address,
    dataDir,
    storeEnvironment,
    pid,
    log: () => log,
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
      return startBindery({ ...options, dataDir, env: { ...options.env, PORT: new URL(address).port } });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await removeStore(dataDir);
      refuseSecretsIn(log);
    },
  };
}

/** Starts a second server on the store of another; on PostgreSQL with a folder of its own, as on a second machine. */
export function startSecond(bindery: Bindery, env: Readonly<Record<string, string>> = {}): Promise<Bindery> {
  return startBindery({ sharing: bindery, env });
}

/** An organization and one of its clients, made on the command line. */
export interface TestClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly organization_id: string;
}

/** Makes an organization; returns its id. */
export async function createOrganization(bindery: Bindery, name = 'Acme'): Promise<string> {
  const made = await bindery.cliJson<{ organization_id: string }>(['org', 'create', '--name', name]);
  return made.organization_id;
}

/** Makes a client in an organization, or in a new one. */
export async function createClient(
  bindery: Bindery,
  options: { readonly access?: 'read' | 'read_write'; readonly org?: string; readonly more?: readonly string[] } = {},
): Promise<TestClient> {
  const org = options.org ?? (await createOrganization(bindery));
  const access = options.access ?? 'read_write';
  return bindery.cliJson<TestClient>([
    ...['client', 'create', '--org', org, '--name', 'Test client', '--access', access],
    ...(options.more ?? []),
  ]);
}

/** Sends a form to a path of the server. */
export function postForm(
  bindery: Pick<Bindery, 'url'>,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  rememberSecrets(...['client_secret', 'password', 'refresh_token', 'token'].map((name) => fields[name]));
  return fetch(bindery.url + path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

/** Every secret that the tests of this process made or sent; no server may ever log one. */
const secrets = new Set<string>();

function rememberSecrets(...given: readonly (string | undefined)[]): void {
  for (const secret of given) {
    // What is shorter may stand in a log by chance.
    if (secret !== undefined && secret.length >= 12) {
      secrets.add(secret);
    }
  }
}

function refuseSecretsIn(log: string): void {
  if ([...secrets].some((secret) => log.includes(secret))) {
    throw new Error('a server has logged a secret, a password or a token of a test');
  }
}

/** A token of a client by client credentials. */
export async function getToken(
  bindery: Pick<Bindery, 'url'>,
  client: Pick<TestClient, 'client_id' | 'client_secret'>,
): Promise<string> {
  const { client_id, client_secret } = client;
  const response = await postForm(bindery, '/connect/token', {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  });
  const answer: unknown = await response.json();
  if (!response.ok || typeof answer !== 'object' || answer === null || !('access_token' in answer)) {
    throw new Error(`no token: ${response.status} ${JSON.stringify(answer)}`);
  }
  rememberSecrets(String(answer.access_token));
  return String(answer.access_token);
}

/** Throws unless a client is let in, or is not: at once, and with PostgreSQL when the second is over in which it is news. */
export async function expectLetIn(bindery: Bindery, client: TestClient, expected: boolean): Promise<void> {
  const isLetIn = () =>
    getToken(bindery, client).then(
      () => true,
      (error: unknown) => {
        // Asked often enough, it meets the limit on guessing first.
        assert.match(String(error), /401|429/);
        return false;
      },
    );
  if (bindery.storeEnvironment['DATABASE_URL'] !== undefined) {
    await waitFor(async () => (await isLetIn()) === expected || undefined, 5);
  }
  assert.equal(await isLetIn(), expected);
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

/** Asks again and again until the answer is not undefined; throws after `secondsMax`. */
export async function waitFor<Value>(
  question: () => Promise<Value | undefined> | Value | undefined,
  secondsMax = 20,
): Promise<Value> {
  const end = performance.now() + secondsMax * 1000;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${secondsMax} s in vain`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The environment without settings of Bindery that the machine may have. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('BINDERY_') &&
      !['PORT', 'HOST', 'DATABASE_URL', 'DATABASE_URL_FILE', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT'].includes(name),
  );
  return Object.fromEntries(entries);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

async function waitUntilListening(child: ChildProcess, log: () => string): Promise<void> {
  await waitFor(() => {
    if (log().includes(' is listening on ')) {
      return true;
    }
    if (child.exitCode !== null) {
      throw new Error(`the server ended with ${child.exitCode}: ${log()}`);
    }
    return undefined;
  }, 30);
}

/**
 * The first program of this name on the machine whose version fits, with that version; the project's own Node does not
 * count.
 */
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
