// `npm test`: gets the tools that tests use, checks the sources and runs every test.
// With arguments (files, patterns or options of `node --test`) it runs only those tests and installs nothing, with
// stores in SQLite, or with BINDERY_TEST_STORE=postgres in PostgreSQL; without, those that use a store run with both.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runChecks } from './check.ts';
import { ROOT, runProgram } from './setup/node.mjs';
import { installTools } from './tools.ts';

const TEST_TIMEOUT_MILLISECONDS = 300_000;
const CONCURRENCY = 2;

/** Ends before any test ran, with the closing line that every run has. */
function refuse(sentence: string): never {
  process.stdout.write(`${sentence}\n0 passed, 1 failed\n`);
  process.exit(1);
}

const asked = process.argv.slice(2);
const files = asked.filter((argument) => !argument.startsWith('-'));
const lost = files.find((file) => !/[*?[{]/.test(file) && !existsSync(resolve(ROOT, file)));
if (lost !== undefined) refuse(`there is no test file ${lost}`);

if (asked.length === 0) {
  await installTools();
  const failed = await runChecks();
  if (failed.length > 0) refuse(`no test was run: ${failed.join(', ')} failed`);
}

const options = [
  `--test-concurrency=${CONCURRENCY}`,
  // A server that a test left open must not hold the whole run up.
  '--test-force-exit',
  `--test-timeout=${TEST_TIMEOUT_MILLISECONDS}`,
  ...asked.filter((argument) => argument.startsWith('-')),
];
// Each file is a process of its own: what one has compiled serves the others.
process.env['NODE_COMPILE_CACHE'] = join(ROOT, 'node_modules', '.cache', 'compiled');
runProgram(['scripts/test-runs.mjs', ...options, ...files]);
