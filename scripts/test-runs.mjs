// Every test with stores in SQLite, then each that uses a store again with stores in a real PostgreSQL; one closing
// line for both. The arguments are options of `node --test`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { reachingFiles } from './reaching-files.mjs';

const EVERY_TEST = ['{packages,sdks}/*/src/**/*.test.ts', 'test/**/*.test.ts'];
/** What every test that uses a store imports, directly or not. */
const STORE_CHOOSER = 'test/support/postgres-databases.ts';
/** Their store is only a means: pages, samples, clients and other people's APIs, which nothing of a store reaches. */
const ONCE = [
  'sdks/*/src/*.test.ts',
  'test/browser/*.test.ts',
  'test/docs/{docs,newcomer,portal*,samples}.test.ts',
  'test/guard/{conform,entries,runtimes}.test.ts',
  'test/sdks/*.test.ts',
];

const running = new Set();
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isStopped = true;
    for (const child of running) child.kill(signal);
  });
}

/** Starts a program that gets the signals that we get. */
function start(args, options) {
  const child = spawn(process.execPath, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const FAILED_FILES_MAX = 5;

/**
 * Runs test files and returns their counts; none when the run broke off. A few files that failed are run once more, one
 * at a time: on a busy machine a real server can miss a deadline. What fails twice has failed, and what passes at the
 * second try is named.
 */
async function runTests(title, files, env) {
  const first = await runOnce(title, files, env);
  if (first === undefined || isStopped || first.failed.length === 0 || first.failed.length > FAILED_FILES_MAX) {
    return first?.counts;
  }
  const again = first.failed.map(({ file }) => file);
  const second = await runOnce('once more, one at a time, what failed:', again, env, ['--test-concurrency=1']);
  if (second === undefined) return first.counts;
  const mended = again.filter((file) => !second.failed.some((failed) => failed.file === file));
  for (const file of mended) process.stdout.write(`passed at the second try only: ${file}\n`);
  const total = (name) =>
    first.counts[name] - first.failed.reduce((sum, { counts }) => sum + counts[name], 0) + second.counts[name];
  return Object.fromEntries(Object.keys(first.counts).map((name) => [name, total(name)]));
}

async function runOnce(title, files, env, options = []) {
  process.stdout.write(`\n${title}\n`);
  const args = [
    '--test',
    '--test-reporter=./scripts/test-part-reporter.mjs',
    ...process.argv.slice(2),
    ...options,
    ...files,
  ];
  const child = start(args, { stdio: ['inherit', 'inherit', 'inherit', 'pipe'], env: { ...process.env, ...env } });
  let counts = '';
  child.stdio[3].setEncoding('utf8').on('data', (chunk) => {
    counts += chunk;
  });
  await once(child, 'exit');
  return counts === '' ? undefined : JSON.parse(counts);
}

/** Starts the PostgreSQL of the run; undefined when this machine has none. */
async function startPostgres() {
  // It ends when our end of its standard input does, however that comes about.
  const child = start(['test/support/postgres-cluster.ts'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = once(createInterface({ input: child.stdout }), 'line');
  const [url] = await Promise.race([line, once(child, 'exit').then(() => [undefined])]);
  const stop = () => {
    child.stdin.end();
    return running.has(child) ? once(child, 'exit') : undefined;
  };
  return typeof url === 'string' ? { url, stop } : undefined;
}

async function runWithPostgres() {
  const postgres = await startPostgres();
  if (postgres === undefined) {
    process.stdout.write('\nno test ran with PostgreSQL, which could not be started here: see above\n');
    return undefined;
  }
  const env = { BINDERY_TEST_STORE: 'postgres', BINDERY_TEST_POSTGRES_URL: postgres.url };
  const once = new Set(globSync(ONCE));
  const every = globSync(EVERY_TEST).filter((file) => !once.has(file));
  const files = await reachingFiles(every, STORE_CHOOSER);
  const counts = await runTests('stores in PostgreSQL:', files, env);
  await postgres.stop();
  return counts;
}

const parts = [await runTests('stores in SQLite:', EVERY_TEST, {})];
if (!isStopped) parts.push(await runWithPostgres());
const sum = (name) => parts.reduce((total, counts) => total + (counts?.[name] ?? 0), 0);
const left = sum('skipped') + sum('todo');
// A part that broke off, or in which nothing ran, has proved nothing.
const broken = parts.filter((counts) => counts === undefined || counts.tests === 0).length;
const failed = sum('tests') - sum('passed') - left + broken;
process.stdout.write(`\n${sum('passed')} passed, ${failed} failed${left > 0 ? `, ${left} skipped` : ''}\n`);
process.exitCode = failed > 0 || isStopped ? 1 : 0;
