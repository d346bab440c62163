// `npm run test:unit`: the tests beside the sources, with stores in SQLite, in one process; prints their coverage.
// Arguments are options of `node --test`.
import { ROOT, runProgram } from './setup/node.mjs';

const UNIT_TESTS = ['packages/*/src/**/*.test.ts', 'sdks/*/src/**/*.test.ts'];

process.chdir(ROOT);
runProgram([
  '--test',
  // A run of every test isolates its files; here one start of Node serves all of them, which takes a third of the time.
  '--test-isolation=none',
  '--experimental-test-coverage',
  ...['packages/*/src/**', 'sdks/*/src/**'].map((pattern) => `--test-coverage-include=${pattern}`),
  '--test-coverage-exclude=**/*.test.ts',
  ...['test-reporter', 'coverage-reporter'].flatMap((name) => [
    `--test-reporter=./scripts/${name}.mjs`,
    '--test-reporter-destination=stdout',
  ]),
  ...process.argv.slice(2),
  ...UNIT_TESTS,
]);
