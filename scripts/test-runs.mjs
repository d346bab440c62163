// Every test with stores in SQLite, and each that uses a store also with stores in a real PostgreSQL; one closing line
// for both. Arguments are options of `node --test`, or files: then only those run, with stores in SQLite, or with
// BINDERY_TEST_STORE=postgres in PostgreSQL. A file that failed has failed: none is tried again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from 'node:test';
import { reachingFiles } from './reaching-files.mjs';
import { makeFolder, removeFolder } from './test-folder.mjs';
import { phrase, Report } from './test-reporter.mjs';

const EVERY_TEST = ['{packages,sdks}/*/src/**/*.test.ts', 'test/**/*.test.ts'];
/** What every test that uses a store imports, directly or not. */
const STORE_CHOOSER = 'test/support/postgres-databases.ts';
/** These need a store, and nothing that they prove depends on which one it is. */
const SQLITE_ONLY = [
  'sdks/*/src/**/*.test.ts',
  'test/browser/*.test.ts',
  'test/docs/*.test.ts',
  'test/guard/{conform,entries,runtimes}.test.ts',
  'test/oauth/{interoperability,reference-shapes}.test.ts',
  // Of the command line `usage` is run with both, and the actions behind all of it are.
  'test/operate/{demo,dev,users}.test.ts',
  // With PostgreSQL by itself.
  'test/postgres/*.test.ts',
  'test/sdks/*.test.ts',
  'test/security/g-forged-tokens.test.ts',
];
/** The files that take longest come first, so that none of them is alone at the end; the others follow by name. */
const LONGEST_FIRST = [
  'test/crash/',
  'test/concurrency/',
  'test/browser/',
  'test/docs/docs.test.ts',
  'test/postgres/',
  'test/faults/',
  'test/sdks/',
  'test/operate/',
  'test/oauth/keys.test.ts',
  'test/guard/',
  'test/security/',
  'test/',
];

const options = optionsOf(process.argv.slice(2));
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());

function optionsOf(args) {
  const numberOf = (name) => {
    const given = args.findLast((arg) => arg.startsWith(`--test-${name}=`));
    return given === undefined ? undefined : Number(given.split('=')[1]);
  };
  return {
    concurrency: numberOf('concurrency') ?? 2,
    // Each file is a process, which has these options too.
    execArgv: args.filter((arg) => arg.startsWith('-') && !arg.startsWith('--test-concurrency=')),
    files: globSync(args.filter((arg) => !arg.startsWith('-'))).toSorted(),
  };
}

const rankOf = ({ file }) => LONGEST_FIRST.findIndex((start) => file.startsWith(start)) >>> 0;

/** Every file with every store that it is run with, in the order in which they are begun. */
async function everyJob(postgres) {
  const sqlite = { title: '', environment: async () => ({}) };
  if (options.files.length > 0) return options.files.map((file) => ({ file, ...sqlite }));
  const every = globSync(EVERY_TEST).toSorted();
  const once = new Set(globSync(SQLITE_ONLY));
  const reaching = await reachingFiles(
    every.filter((file) => !once.has(file)),
    STORE_CHOOSER,
  );
  const jobs = [
    ...reaching.map((file) => ({ file, title: ' (PostgreSQL)', environment: postgres.environment })),
    ...every.map((file) => ({ file, ...sqlite })),
  ];
  return jobs.toSorted((one, other) => rankOf(one) - rankOf(other));
}

/** Runs one file; returns its counts and the reasons for what it skipped. */
async function runFile({ file, title, environment }, folder) {
  const report = new Report(title);
  const skipped = [];
  let counts;
  const env = { ...process.env, TMPDIR: folder, ...(await environment()) };
  const events = run({ files: [resolve(file)], execArgv: options.execArgv, env, signal: stopping.signal });
  for await (const { type, data } of events) {
    process.stdout.write(report.textOf(type, data));
    if (type === 'test:pass' && data.skip !== undefined) {
      skipped.push({ file, reason: data.skip, isSuite: data.details.type === 'suite' });
    }
    if (type === 'test:summary' && data.file === undefined) counts = data.counts;
  }
  return { counts, skipped };
}

/** Runs jobs, some at a time. */
async function runJobs(jobs, folder) {
  const results = [];
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined && !stopping.signal.aborted; job = waiting.shift()) {
      results.push(await runFile(job, folder));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return results;
}

/** The PostgreSQL of the run, which is started when it is first asked for. */
function postgresIn(folder) {
  let starting;
  const start = async () => {
    const args = ['test/support/postgres-cluster.ts'];
    const env = { ...process.env, TMPDIR: folder };
    // It ends when our end of its standard input does, however that comes about.
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env, detached: true });
    const line = once(createInterface({ input: child.stdout }), 'line');
    const [url] = await Promise.race([line, once(child, 'exit').then(() => [])]);
    return { child, url };
  };
  return {
    async environment() {
      starting ??= start();
      const { url } = await starting;
      if (url === undefined) throw new Error('PostgreSQL could not be started here: see above');
      return { BINDERY_TEST_STORE: 'postgres', BINDERY_TEST_POSTGRES_URL: url };
    },
    async stop() {
      const { child } = (await starting) ?? {};
      if (child === undefined || child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Each reason once, with how many tests it concerns and where they are. */
function linesOfSkipped(skipped) {
  const byReason = Map.groupBy(skipped, ({ reason }) => String(reason));
  return [...byReason].map(([reason, all]) => {
    const files = [...new Set(all.map(({ file }) => file))].join(', ');
    return `skipped: ${reason} (${all.length}, in ${files})\n`;
  });
}

const folder = makeFolder();
const postgres = postgresIn(folder);
try {
  const results = await runJobs(await everyJob(postgres), folder);
  const sum = (name) => results.reduce((total, { counts }) => total + (counts?.[name] ?? 0), 0);
  // A file that broke off, or in which nothing ran, has proved nothing.
  const broken = results.filter(({ counts }) => counts === undefined).length;
  const skipped = results.flatMap((result) => result.skipped);
  // node:test counts neither a suite that is skipped nor the tests in it.
  const suites = skipped.filter(({ isSuite }) => isSuite).length;
  const counts = {
    tests: sum('tests') + broken + suites,
    passed: sum('passed'),
    skipped: sum('skipped') + suites,
    todo: sum('todo'),
  };
  const { failed, text } = phrase(counts);
  process.stdout.write(`\n${linesOfSkipped(skipped).join('')}${text}\n`);
  process.exitCode = failed > 0 || counts.passed === 0 || stopping.signal.aborted ? 1 : 0;
} finally {
  await postgres.stop();
  removeFolder(folder);
}
