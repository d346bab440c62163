// Every test with stores in SQLite, then each that uses a store again with stores in a real PostgreSQL; one closing
// line for both. The arguments are options of `node --test`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { reachingFiles } from './reaching-files.mjs';

const EVERY_TEST = ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'];
/** What every test that uses a store imports, directly or not. */
const STORE_CHOOSER = 'test/postgres-databases.ts';

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

/** Runs test files and returns their counts; none when the run broke off. */
async function runTests(title, files, env) {
  process.stdout.write(`\n${title}\n`);
  const args = ['--test', '--test-reporter=./scripts/test-part-reporter.mjs', ...process.argv.slice(2), ...files];
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
  const child = start(['test/postgres-cluster.ts'], { stdio: ['pipe', 'pipe', 'inherit'] });
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
  const files = await reachingFiles(globSync(EVERY_TEST), STORE_CHOOSER);
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
