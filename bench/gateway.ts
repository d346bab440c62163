// Requests per second through `GET /verify` of a server, beside a bare node:http that answers 200 with the same headers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadOptions } from './load.ts';
import { run, type Served, serve } from './processes.ts';
import { median, type Summary, summarize, type Turn, takeTurn } from './turns.ts';

/** How long and how often to measure. */
export interface GatewayOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** What `/verify` came to. */
export interface GatewayResult {
  readonly bindery: Summary;
  readonly bare: Summary;
  /** Bindery's requests per second as a share of the bare server's: the median of the rounds, and each of them. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** The bare server's processor time for one request as a share of Bindery's: the median of the rounds. */
  readonly processorRatio: number;
}

const command = new URL('../packages/server/bin/bindery.cjs', import.meta.url).pathname;
const bareServer = new URL('./bare-verify.ts', import.meta.url).pathname;
const path = '/verify';

/** Measures both in turns, A B A B; a first short turn of each is not counted. */
export async function measureGateway(options: GatewayOptions): Promise<GatewayResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-bench-'));
  const env = { PORT: '0', BINDERY_DATA_DIR: dataDir };
  try {
    await run([command, 'migrate'], env);
    const bindery = await serve([command, 'serve'], env);
    const headers = await headersFor(bindery, env);
    const bare = await serve([bareServer], { BARE: JSON.stringify(await answerOf(bindery, headers)) });
    const asked = { path, bodies: [], headers, connections: options.connections };
    const turns = await takeTurns(bindery, bare, { ...asked, seconds: options.seconds }, options.rounds);
    await Promise.all([bindery.stop(), bare.stop()]);
    const ratios = turns.bindery.map((turn, round) => turn.perSecond / (turns.bare[round]?.perSecond ?? 0));
    const processor = ({ processorMicroseconds = Number.NaN }: Turn): number => processorMicroseconds;
    return {
      bindery: summarize(turns.bindery),
      bare: summarize(turns.bare),
      ratio: median(ratios),
      ratios,
      processorRatio: median(
        turns.bare.map((turn, round) => processor(turn) / processor(turns.bindery[round] ?? turn)),
      ),
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function takeTurns(bindery: Served, bare: Served, options: Omit<LoadOptions, 'url'>, rounds: number) {
  const turns: { readonly bindery: Turn[]; readonly bare: Turn[] } = { bindery: [], bare: [] };
  for (const server of [bindery, bare]) {
    await takeTurn(server, { ...options, seconds: Math.min(2, options.seconds) });
  }
  for (let round = 0; round < rounds; round += 1) {
    turns.bindery.push(await takeTurn(bindery, options));
    turns.bare.push(await takeTurn(bare, options));
  }
  return turns;
}

/** What nginx sends along with a call of a browserless program, by the snippet in `deploy/`. */
async function headersFor({ url }: Served, env: Readonly<Record<string, string>>) {
  const org = await askCommand<{ organization_id: string }>(['org', 'create', '--name', 'Bench'], env);
  const { client_id, client_secret } = await askCommand<{ client_id: string; client_secret: string }>(
    ['client', 'create', '--org', org.organization_id, '--name', 'Bench', '--access', 'read'],
    env,
  );
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const response = await fetch(`${url}/connect/token`, { method: 'POST', body });
  if (!response.ok) {
    throw new Error(`no token: ${response.status} ${await response.text()}`);
  }
  // RFC 6749 §5.1
  const { access_token } = (await response.json()) as { access_token: string };
  return {
    'X-Original-Method': 'GET',
    'X-Original-URI': '/things?page=2',
    'X-Forwarded-For': '192.0.2.7',
    'X-Request-Id': '7b8a5bd2d4f04c1a9e0c6a1f52f3b9d0',
    Authorization: `Bearer ${access_token}`,
    'X-Tenant-Id': org.organization_id,
    'User-Agent': 'python-requests/2.28.1',
    Accept: '*/*',
  };
}

/** The headers of a good answer, without those that Node adds by itself. */
async function answerOf({ url }: Served, headers: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const response = await fetch(url + path, { headers });
  if (response.status !== 200) {
    throw new Error(`${path} answered ${response.status}`);
  }
  const own = ['date', 'connection', 'keep-alive'];
  return Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name)));
}

async function askCommand<Answer>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> {
  // The caller says which command's answer it asked for.
  return JSON.parse(await run([command, ...args, '--json'], env)) as Answer;
}
