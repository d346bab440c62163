'use strict';
// `npm test`: makes the clone ready, gets the tools that tests use, checks the sources and runs every test.
// With arguments (files, patterns or options of `node --test`) it runs only those tests, with stores in SQLite, or with
// BINDERY_TEST_STORE=postgres in PostgreSQL; without, those that use a store run with both.

const fs = require('fs');
const path = require('path');
const checks = require('./check.cjs');
const node = require('./node.cjs');
const setup = require('./setup.cjs');
const step = require('./step.cjs');
const tools = require('./tools.cjs');

const TEST_TIMEOUT_MILLISECONDS = 300000;
const CONCURRENCY = 2;

/** Ends before any test ran, with the closing line that every run has. */
function refuse(sentence) {
  process.stdout.write(`${sentence}\n0 passed, 1 failed\n`);
  process.exit(1);
}

function runTests(asked) {
  const files = asked.filter((argument) => argument[0] !== '-');
  const lost = files.filter((file) => !/[*?[{]/.test(file) && !fs.existsSync(path.resolve(node.ROOT, file)));
  if (lost.length > 0) return refuse(`there is no test file ${lost[0]}`);
  const options = [
    `--test-concurrency=${CONCURRENCY}`,
    // A server that a test left open must not hold the whole run up.
    '--test-force-exit',
    `--test-timeout=${TEST_TIMEOUT_MILLISECONDS}`,
  ].concat(asked.filter((argument) => argument[0] === '-'));
  // Each file is a process of its own: what one has compiled serves the others.
  process.env.NODE_COMPILE_CACHE = path.join(node.ROOT, 'node_modules', '.cache', 'compiled');
  if (files.length === 0) return node.runProgram(['scripts/test-runs.mjs'].concat(options));
  return node.runProgram(['--test', '--test-reporter=./scripts/test-reporter.mjs'].concat(options, files));
}

function main(asked) {
  return setup
    .setup()
    .then(tools.installTools)
    .then(() => (asked.length > 0 ? [] : checks.runChecks()))
    .then((failed) => {
      if (failed.length > 0) return refuse(`no test was run: ${failed.join(', ')} failed`);
      return runTests(asked);
    });
}

main(process.argv.slice(2)).catch(step.fail);
