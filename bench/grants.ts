// Every grant on both databases: client credentials, refresh rotations and password logins per second.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresCluster } from '../test/support/postgres-cluster.ts';
import { createDatabaseIn } from '../test/support/postgres-databases.ts';
import type { LoadOptions } from './load.ts';
import { run, type Served, serve } from './processes.ts';
import { type Turn, takeTurn } from './turns.ts';

/** How long and how often to measure. */
export interface GrantOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** One grant on one database. */
export interface GrantResult {
  readonly store: 'SQLite' | 'PostgreSQL';
  readonly grant: 'client_credentials' | 'refresh_token' | 'password';
  readonly connections: number;
  readonly rounds: readonly Turn[];
}

type Environment = Readonly<Record<string, string>>;

const command = new URL('../packages/server/bin/bindery.cjs', import.meta.url).pathname;
const path = '/connect/token';
/** Fewer than the server lets wait for a hash. */
const passwordConnections = 8;
const user = { username: 'bench@example.com', password: 'a password for benchmarks' };

/** Measures them one after the other, each on a store and a server of its own. */
export async function measureGrants(options: GrantOptions): Promise<readonly GrantResult[]> {
  await using cluster = await startPostgresCluster();
  const database = await createDatabaseIn(cluster.adminUrl);
  return [
    ...(await measureStore('SQLite', {}, options)),
    ...(await measureStore('PostgreSQL', { DATABASE_URL: database.url }, options)),
  ];
}

async function measureStore(
  store: GrantResult['store'],
  where: Environment,
  options: GrantOptions,
): Promise<readonly GrantResult[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-bench-'));
  const limits = { BINDERY_LIMIT_USER: '1000000', BINDERY_LIMIT_USER_HOURLY: '1000000' };
  const env = { PORT: '0', BINDERY_DATA_DIR: dataDir, BINDERY_LIMIT_NETWORK: '1000000', ...limits, ...where };
  try {
    await run([command, 'migrate'], env);
    const client = await makeClient(env);
    const bindery = await serve([command, 'serve'], env);
    const signIn = form({ ...client, grant_type: 'password', ...user });
    const { seconds, connections } = options;
    const shared = { url: bindery.url, path, seconds };
    const results = [
      await measure(store, 'client_credentials', bindery, options, async () => ({
        ...shared,
        bodies: [form({ ...client, grant_type: 'client_credentials' })],
        connections,
      })),
      await measure(store, 'refresh_token', bindery, options, async () => ({
        ...shared,
        bodies: await newFamilies(bindery, client, signIn, connections),
        connections,
        isChain: true,
      })),
      await measure(store, 'password', bindery, options, async () => ({
        ...shared,
        bodies: [signIn],
        connections: passwordConnections,
      })),
    ];
    await bindery.stop();
    return results;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The first, short turn is not counted. */
async function measure(
  store: GrantResult['store'],
  grant: GrantResult['grant'],
  served: Served,
  options: GrantOptions,
  prepare: () => Promise<LoadOptions>,
): Promise<GrantResult> {
  const rounds: Turn[] = [];
  let connections = 0;
  for (let round = -1; round < options.rounds; round += 1) {
    const prepared = await prepare();
    connections = prepared.connections;
    const seconds = round === -1 ? Math.min(1, prepared.seconds) : prepared.seconds;
    const turn = await takeTurn(served, { ...prepared, seconds });
    if (round >= 0) {
      rounds.push(turn);
    }
  }
  return { store, grant, connections, rounds };
}

async function makeClient(env: Environment): Promise<Readonly<Record<string, string>>> {
  const org = await askCommand<{ organization_id: string }>(['org', 'create', '--name', 'Bench'], env);
  const membership = ['--org', org.organization_id, '--email', user.username, '--role', 'member'];
  await askCommand(['user', 'create', ...membership, '--password-stdin'], env, user.password);
  const { client_id, client_secret } = await askCommand<{ client_id: string; client_secret: string }>(
    ['client', 'create', '--org', org.organization_id, '--name', 'B', '--access', 'read', '--grant', 'password'],
    env,
  );
  return { client_id, client_secret };
}

/** A sign-in for each connection; the forms of their first refresh. */
async function newFamilies(
  bindery: Served,
  client: Readonly<Record<string, string>>,
  signIn: string,
  count: number,
): Promise<readonly string[]> {
  const bodies: string[] = [];
  while (bodies.length < count) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(bindery.url + path, { method: 'POST', body: signIn, headers });
    if (!response.ok) {
      throw new Error(`no sign-in: ${response.status} ${await response.text()}`);
    }
    // RFC 6749 §5.1
    const { refresh_token } = (await response.json()) as { refresh_token: string };
    // The token comes last: that is where the load generator puts the next one.
    bodies.push(form({ ...client, grant_type: 'refresh_token', refresh_token }));
  }
  return bodies;
}

async function askCommand<Answer>(args: readonly string[], env: Environment, stdin = ''): Promise<Answer> {
  // The caller says which command's answer it asked for.
  return JSON.parse(await run([command, ...args, '--json'], env, stdin)) as Answer;
}

function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}
