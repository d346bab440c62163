import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../setup/node.mjs';

/** What the server reads once, at its start. */
const WATCHED = [
  ...['packages/server/src', 'packages/server/assets', 'packages/guard/src', 'packages/binders/src'],
  ...['packages/conform/src', 'docs', 'examples'],
];
/** Editors write a file in several steps. */
const QUIET_MILLISECONDS = 150;
const POLL_MILLISECONDS = 50;
const START_MILLISECONDS_MAX = 30_000;

/** A Bindery on a loopback port of its own, which starts again when its sources change. */
export class RestartingServer {
  readonly #publicUrl: string;
  #child: ChildProcess | undefined;
  /** The port of the running server, or why there is none. */
  #port: Promise<number> = Promise.reject(new Error('the server has not been started'));
  #isEnding = false;

  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
    this.#port.catch(() => undefined);
  }

  /** Starts the server and watches what it is made of. */
  start(): void {
    this.#port = this.#run();
    this.#port.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    for (const folder of WATCHED) {
      watch(join(ROOT, folder), { recursive: true }, (_event, name) => {
        if (name === null || name.endsWith('.test.ts')) return;
        clearTimeout(timer);
        timer = setTimeout(() => this.#restart(join(folder, name)), QUIET_MILLISECONDS);
      });
    }
  }

  /** Where the server listens; waits for a restart, and rejects when the server does not run. */
  async address(): Promise<URL> {
    return new URL(`http://127.0.0.1:${await this.#port}`);
  }

  /** Ends the server for good. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#stop();
  }

  #restart(changed: string): void {
    if (this.#isEnding) return;
    process.stdout.write(`${changed} has changed: restarting the server\n`);
    const before = this.#port;
    this.#port = before.then(
      () => this.#run(),
      () => this.#run(),
    );
    this.#port.catch(() => undefined);
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async #run(): Promise<number> {
    await this.#stop();
    if (this.#isEnding) throw new Error('the server is ending');
    const port = await freePort();
    const child = spawn(process.execPath, [join(ROOT, 'packages/server/bin/bindery.cjs'), 'serve'], {
      env: { ...process.env, BINDERY_PUBLIC_URL: this.#publicUrl, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#child = child;
    const deadline = performance.now() + START_MILLISECONDS_MAX;
    while (!(await listens(port))) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
        throw new Error('the server did not start: see the terminal, and change the code to try again');
      }
      await delay(POLL_MILLISECONDS);
    }
    return port;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
