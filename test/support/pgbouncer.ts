import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { processOwner, queryAsAdmin, spawnAs } from './postgres-cluster.ts';
import { findOnPath } from './programs.ts';

/** A real PgBouncer in transaction mode: each transaction of a client may meet another connection to the server. */
export interface Bouncer {
  /** The address of a database behind it. */
  urlOf(databaseUrl: string): string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Connections to the server, for any number of clients. */
export const serverConnectionsMax = 3;

/** Starts one in front of a cluster. */
export async function startBouncer(adminUrl: string): Promise<Bouncer> {
  const program = findOnPath('pgbouncer');
  if (program === undefined) {
    throw new Error('this machine has no PgBouncer: on Debian, apt-get install pgbouncer');
  }
  const server = new URL(adminUrl);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bindery-bouncer-'));
  const configuration = join(folder, 'pgbouncer.ini');
  writeFileSync(
    configuration,
    `[databases]
* = host=${server.hostname} port=${server.port} user=${server.username} password=${server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${serverConnectionsMax}
max_client_conn = 200
`,
  );
  const owner = processOwner();
  if (owner !== undefined) {
    chownSync(folder, owner.uid, owner.gid);
    chownSync(configuration, owner.uid, owner.gid);
  }
  const log = join(folder, 'log');
  const child = spawnAs(owner, program, ['-q', configuration], openSync(log, 'a'));
  const urlOf = (databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  await waitUntilReady(urlOf(adminUrl), child, log);
  return {
    urlOf,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function waitUntilReady(url: string, child: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await queryAsAdmin(url, 'select 1');
      return;
    } catch (error) {
      if (child.exitCode !== null || tries > 200) {
        throw new Error(`PgBouncer did not start: ${readFileSync(log, 'utf8')}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
