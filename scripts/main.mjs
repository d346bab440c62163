// Sets the clone up and runs one of the project's programs in place of this process.
import { runProgram } from './setup/node.mjs';
import { setUp } from './setup/setup.mjs';
import { fail } from './setup/step.mjs';

/** The arguments that Node gets for `npm run NAME`; those of the command line follow. */
const PROGRAMS = {
  start: ['packages/server/bin/bindery.cjs', 'serve'],
  dev: ['scripts/dev/dev.ts'],
  demo: ['packages/server/bin/bindery.cjs', 'demo'],
  test: ['scripts/test.ts'],
  'test:unit': ['scripts/test-unit.ts'],
  check: ['scripts/check.ts'],
  tools: ['scripts/tools.ts'],
  docs: ['packages/server/src/docs/write.ts'],
  bench: ['bench/main.ts'],
  soak: ['test/soak/main.ts'],
  version: ['scripts/release/version.ts'],
  release: ['scripts/release/release.ts'],
};

const [name, ...rest] = process.argv.slice(2);
const program = PROGRAMS[name];
if (program === undefined) {
  process.stderr.write(`expected one of ${Object.keys(PROGRAMS).join(', ')}, got ${name ?? 'nothing'}\n`);
  process.exit(1);
}

try {
  await setUp();
  runProgram([...program, ...rest]);
} catch (error) {
  fail(error);
}
