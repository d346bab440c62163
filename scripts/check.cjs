'use strict';
// `npm run check`: types, format and lint, side by side; what a check says is shown when it fails.

const path = require('path');
const node = require('./node.cjs');
const setup = require('./setup.cjs');
const step = require('./step.cjs');

const TIMEOUT_MILLISECONDS = 300000;

const CHECKS = [
  { name: 'tsc', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'tsc console', args: ['node_modules/typescript/bin/tsc', '-p', 'packages/console'] },
  { name: 'biome', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'] },
  { name: 'oxlint', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
];

function runOne(nodePath, check) {
  const started = Date.now();
  const shortcuts = path.join(node.ROOT, 'node_modules', '.bin');
  const options = {
    cwd: node.ROOT,
    // oxlint looks for tsgolint on PATH.
    env: Object.assign({}, process.env, { PATH: `${shortcuts}${path.delimiter}${process.env.PATH}` }),
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  };
  return step.capture(nodePath, check.args, options).then((result) => {
    const passed = result.code === 0;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${passed ? '' : result.output}${passed ? '✔' : '✖'} ${check.name} (${seconds} s)\n`);
    return passed ? undefined : check.name;
  });
}

/** Runs every check and resolves to the names of those that failed. */
function runChecks() {
  const nodePath = node.requireNode();
  return Promise.all(CHECKS.map((check) => runOne(nodePath, check))).then((names) => names.filter(Boolean));
}

if (require.main === module) {
  setup
    .setup()
    .then(runChecks)
    .then((failed) => {
      process.exitCode = failed.length > 0 ? 1 : 0;
    })
    .catch(step.fail);
}

module.exports = { runChecks: runChecks };
