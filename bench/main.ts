// `npm run bench`: tokens per second beside a bare node:http server, in one run, in turns; every grant on both databases;
// verifications beside other libraries, and requests through the gateway beside a bare server.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, platform, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { BareOptions } from './bare-server.ts';
import { type GrantResult, measureGrants } from './grants.ts';
import type { LoadResult } from './load.ts';
import { load, memoryOf, run, type Served, serve } from './processes.ts';
import { cells, median, type Summary, summarize, type Turn, takeTurn } from './turns.ts';
import { linesOfVerifying, measureVerifying, type Verifying } from './verifying.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '32' },
    algorithms: { type: 'string', default: 'ES256,RS256' },
    grants: { type: 'boolean', default: true },
    verify: { type: 'boolean', default: true },
    save: { type: 'boolean', default: false },
  },
  // --no-grants and --no-verify measure without them.
  allowNegative: true,
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const connections = Number(options.connections);
const path = '/connect/token';
const command = new URL('../packages/server/bin/bindery.cjs', import.meta.url).pathname;
const bareServer = new URL('./bare-server.ts', import.meta.url).pathname;

/** What one algorithm came to. */
interface Comparison {
  readonly algorithm: string;
  readonly bindery: Summary;
  readonly bare: Summary;
  /** Bindery's tokens per second as a share of the bare server's: the median of the rounds, and each of them. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly memoryMebibytes: { readonly idle: number | undefined; readonly peak: number | undefined };
  readonly coldStartMilliseconds: number;
  readonly answerBytes: { readonly bindery: number; readonly bare: number };
}

const comparisons: Comparison[] = [];
for (const algorithm of options.algorithms.split(',').filter(Boolean)) {
  comparisons.push(await compare(algorithm === 'RS256' ? 'RS256' : 'ES256'));
}
const grants = options.grants ? await measureGrants({ rounds, seconds, connections }) : [];
report(comparisons, grants, options.verify ? await measureVerifying({ rounds, seconds, connections }) : undefined);

async function compare(algorithm: BareOptions['algorithm']): Promise<Comparison> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bindery-bench-'));
  const env = { PORT: '0', BINDERY_DATA_DIR: dataDir, BINDERY_SIGNING_ALGORITHM: algorithm };
  try {
    await run([command, 'migrate'], env);
    const body = await makeClient(env);
    const coldStartMilliseconds = await measureColdStart(env, body);
    const bindery = await serve([command, 'serve'], env);
    const example = await load({ url: bindery.url, path, bodies: [body], connections: 1, seconds: 0.1 });
    const bare = await serve([bareServer], { BARE: JSON.stringify(await likeOf(bindery, body, algorithm, example)) });
    const idle = memoryOf(bindery.pid)?.now;
    const results = await takeTurns(bindery, bare, body);
    const peak = memoryOf(bindery.pid)?.peak;
    await Promise.all([bindery.stop(), bare.stop()]);
    const ratios = results.bindery.map((result, round) => result.perSecond / (results.bare[round]?.perSecond ?? 0));
    return {
      algorithm,
      bindery: summarize(results.bindery),
      bare: summarize(results.bare),
      ratio: median(ratios),
      ratios,
      memoryMebibytes: { idle, peak },
      coldStartMilliseconds,
      answerBytes: {
        bindery: results.bindery[0]?.answerBytes ?? 0,
        bare: results.bare[0]?.answerBytes ?? 0,
      },
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** An organization and a client; returns the form that gets its tokens. */
async function makeClient(env: Readonly<Record<string, string>>): Promise<string> {
  const org = await askCommand<{ organization_id: string }>(['org', 'create', '--name', 'Bench'], env);
  const client = await askCommand<{ client_id: string; client_secret: string }>(
    ['client', 'create', '--org', org.organization_id, '--name', 'Bench', '--access', 'read'],
    env,
  );
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.client_id,
    client_secret: client.client_secret,
    scope: 'public',
  }).toString();
}

async function askCommand<Answer>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> {
  // The caller says which command's answer it asked for.
  return JSON.parse(await run([command, ...args, '--json'], env)) as Answer;
}

/** Milliseconds from the start of the process to its first token; the median of five. */
async function measureColdStart(env: Readonly<Record<string, string>>, body: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    const bindery = await serve([command, 'serve'], env);
    await requestToken(bindery, body);
    times.push(performance.now() - started);
    await bindery.stop();
  }
  return median(times);
}

async function requestToken({ url }: Served, body: string): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url + path, { method: 'POST', body, headers });
  if (!response.ok) {
    throw new Error(`no token: ${response.status} ${await response.text()}`);
  }
  // RFC 6749 §5.1: a token answer is an object.
  return (await response.json()) as Record<string, unknown>;
}

/** What a bare server needs in order to do the same for each request. */
async function likeOf(
  bindery: Served,
  body: string,
  algorithm: BareOptions['algorithm'],
  { answerBytes }: LoadResult,
): Promise<BareOptions> {
  const { access_token, ...answer } = await requestToken(bindery, body);
  const token = String(access_token);
  return { algorithm, header: decodeProtectedHeader(token), claims: decodeJwt(token), answer, answerBytes };
}

/** One after the other, so that both see the same machine; a first short turn of each is not counted. */
async function takeTurns(bindery: Served, bare: Served, body: string) {
  const results: { readonly bindery: Turn[]; readonly bare: Turn[] } = { bindery: [], bare: [] };
  for (const { url } of [bindery, bare]) {
    await load({ url, path, bodies: [body], connections, seconds: Math.min(2, seconds) });
  }
  for (let round = 0; round < rounds; round += 1) {
    results.bindery.push(await takeTurn(bindery, { path, bodies: [body], connections, seconds }));
    results.bare.push(await takeTurn(bare, { path, bodies: [body], connections, seconds }));
  }
  return results;
}

function report(found: readonly Comparison[], byGrant: readonly GrantResult[], verifying: Verifying | undefined): void {
  const machine = {
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
  };
  const tables = [
    found.length === 0 ? [] : linesOfTokens(found),
    byGrant.length === 0 ? [] : linesOf(byGrant),
    verifying === undefined ? [] : linesOfVerifying(verifying),
  ];
  const conditions = `${machine.cores} cores, ${machine.memoryGibibytes} GiB, ${machine.system}, Node ${machine.node}; ${connections} connections, ${rounds} rounds of ${seconds} s`;
  const filled = tables.filter((lines) => lines.length > 0);
  process.stdout.write(`${[conditions, ...filled.map((lines) => lines.join('\n'))].join('\n\n')}\n`);
  if (options.save) {
    save({
      date: new Date().toISOString(),
      machine,
      connections,
      rounds,
      seconds,
      comparisons: found,
      grants: byGrant,
      verifying,
    });
  }
}

function linesOfTokens(found: readonly Comparison[]): readonly string[] {
  return [
    '| | tokens/s | p50 ms | p99 ms | CPU µs/token | of bare | cold start ms | memory idle / peak MiB |',
    '|---|---|---|---|---|---|---|---|',
    ...found.flatMap(({ algorithm, bindery, bare, ratio, memoryMebibytes: { idle, peak }, coldStartMilliseconds }) => [
      `| ${algorithm} Bindery | ${cells(bindery)} | **${ratio.toFixed(2)}** | ${coldStartMilliseconds.toFixed(0)} | ${idle ?? '?'} / ${peak ?? '?'} |`,
      `| ${algorithm} bare node:http | ${cells(bare)} | 1 | | |`,
    ]),
  ];
}

function linesOf(byGrant: readonly GrantResult[]): readonly string[] {
  return [
    '| | connections | tokens/s | p50 ms | p99 ms | CPU µs/token |',
    '|---|---|---|---|---|---|',
    ...byGrant.map(
      ({ store, grant, connections: open, rounds: turns }) =>
        `| ${store} ${grant} | ${open} | ${cells(summarize(turns))} |`,
    ),
  ];
}

function save(result: { readonly date: string } & Readonly<Record<string, unknown>>): void {
  const folder = new URL('./results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${result.date.slice(0, 16).replace(':', '')}.json`;
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`\nsaved as ${file.slice(folder.length - 'bench/results/'.length)}\n`);
}
