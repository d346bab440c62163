// A real PostgreSQL for tests. Run as a program it prints the address of a new one, and keeps it until its standard
// input ends: that is how a whole run of tests shares one.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';
import { findOnPath, pathFolders } from './programs.ts';

/** A PostgreSQL of its own, in a folder of its own, on a free port of 127.0.0.1. */
export interface PostgresCluster {
  /** The address of its administrator, with a password; tests alone use it. */
  readonly adminUrl: string;
  /** The folder with all its files. */
  readonly folder: string;
  /** Stops it as an operator does. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Suspends its processes: they do not answer, and keep their connections. */
  freeze(): void;
  /** Resumes them. */
  thaw(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ClusterOptions {
  /** The folder to make its folder in; the system's for temporary files by default. */
  readonly parent?: string;
  /**
   * Whether each commit waits for the disk, as on a real one. It does so by default: a cluster on which only queries are
   * tested does without, and loses nothing when a process is killed.
   */
  readonly isDurable?: boolean;
}

/** Creates and starts one; throws a sentence when this machine has no PostgreSQL. */
export async function startPostgresCluster(options: ClusterOptions = {}): Promise<PostgresCluster> {
  const binaries = findBinaries();
  const owner = processOwner();
  const folder = mkdtempSync(join(options.parent ?? tmpdir(), 'bindery-postgres-'));
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if (owner !== undefined) {
    for (const path of [folder, passwordFile]) {
      chownSync(path, owner.uid, owner.gid);
    }
  }
  const data = join(folder, 'data');
  run(owner, join(binaries, 'initdb'), [
    '-D',
    data,
    '-U',
    'admin',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    ...orderOf(binaries),
  ]);
  const port = await freePort();
  const adminUrl = `postgresql://admin:${password}@127.0.0.1:${port}/postgres`;
  const log = join(folder, 'log');
  const durability = options.isDurable === false ? ['fsync=off', 'full_page_writes=off'] : ['fsync=on'];
  let server: ChildProcess | undefined;
  const end = (): void => {
    server?.kill('SIGQUIT');
    removeWhileItEnds(folder);
  };
  process.once('exit', end);

  const start = async (): Promise<void> => {
    const settings = [...serverSettings, ...durability, `port=${port}`, `unix_socket_directories=${folder}`];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    server = spawnAs(owner, join(binaries, 'postgres'), args, openSync(log, 'a'));
    server.unref();
    await waitUntilReady(adminUrl, server, log);
  };
  const stop = async (): Promise<void> => {
    const stopping = server;
    if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) {
      return;
    }
    stopping.ref();
    const ended = new Promise((resolve) => {
      stopping.once('exit', resolve);
    });
    // A fast shutdown: connections are terminated, and everything is written.
    stopping.kill('SIGINT');
    await ended;
  };
  await start();
  return {
    adminUrl,
    folder,
    start,
    stop,
    freeze: () => signalAll(server, 'SIGSTOP'),
    thaw: () => signalAll(server, 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      process.removeListener('exit', end);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Runs a query as the administrator of a cluster. */
export async function queryAsAdmin(adminUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

/** A user other than root for PostgreSQL and PgBouncer to run as; undefined if we are not root ourselves. */
export interface ProcessOwner {
  readonly uid: number;
  readonly gid: number;
}

/** The user `postgres` if we are root, otherwise undefined. */
export function processOwner(): ProcessOwner | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const account = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (account === null) {
    throw new Error('there is no user postgres, under which root could run PostgreSQL: install the package postgresql');
  }
  return { uid: Number(account[1]), gid: Number(account[2]) };
}

/** Starts a program that ends with this process, however that ends; its output goes to an open file. */
export function spawnAs(
  owner: ProcessOwner | undefined,
  program: string,
  args: readonly string[],
  output: number | 'ignore',
): ChildProcess {
  const setpriv = findOnPath('setpriv');
  const user = owner === undefined ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--init-groups'];
  const [command = program, ...rest] =
    setpriv === undefined ? [program, ...args] : [setpriv, '--pdeathsig=INT', ...user, program, ...args];
  return spawn(command, rest, {
    cwd: '/',
    stdio: ['ignore', output, output],
    ...(setpriv === undefined && owner !== undefined ? owner : {}),
  });
}

const serverSettings = [
  'listen_addresses=127.0.0.1',
  'max_connections=200',
  'shared_buffers=64MB',
  // Errors below this level are provoked by the tests.
  'log_min_messages=fatal',
];

/** A language's collation, which differs from the order of bytes, to find queries that forget to ask for the latter. */
function orderOf(binaries: string): readonly string[] {
  const version = execFileSync(join(binaries, 'initdb'), ['--version'], { encoding: 'utf8' });
  const major = Number(/(\d+)/.exec(version)?.[1]);
  const utf8 = ['--encoding=UTF8', '--locale=C'];
  return major >= 15 ? [...utf8, '--locale-provider=icu', '--icu-locale=en-US'] : utf8;
}

function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...pathFolders()];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (found === undefined) {
    throw new Error('this machine has no PostgreSQL (initdb and postgres): on Debian, apt-get install postgresql');
  }
  return found;
}

function run(owner: ProcessOwner | undefined, program: string, args: readonly string[]): void {
  execFileSync(program, args, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], ...owner });
}

/** Nothing can be awaited while this process exits; the server may still write for a moment. */
function removeWhileItEnds(folder: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 100 && existsSync(folder); tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A file was created in a folder that was being removed.
    }
    Atomics.wait(pause, 0, 0, 20);
  }
}

async function waitUntilReady(adminUrl: string, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await queryAsAdmin(adminUrl, 'select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null || tries > 600) {
        throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8')}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A process and its children. */
function signalAll(parent: ChildProcess | undefined, signal: NodeJS.Signals): void {
  const pid = parent?.pid;
  if (pid === undefined) {
    return;
  }
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  for (const each of [pid, ...children.map(Number)]) {
    process.kill(each, signal);
  }
}

if (import.meta.main) {
  const cluster = await startPostgresCluster({ isDurable: false });
  process.stdout.write(`${cluster.adminUrl}\n`);
  const stop = (): void => void cluster[Symbol.asyncDispose]().then(() => process.exit(0));
  process.stdin.once('end', stop).once('error', stop).resume();
  process.once('SIGINT', stop).once('SIGTERM', stop);
}
