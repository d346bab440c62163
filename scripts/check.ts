// `npm run check`: types, format and lint, side by side; what a check says is shown when it fails.
import { delimiter, join } from 'node:path';
import { ROOT } from './setup/node.mjs';
import { capture } from './setup/step.mjs';

const TIMEOUT_MILLISECONDS = 300_000;

const CHECKS = [
  { name: 'tsc', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'tsc console', args: ['node_modules/typescript/bin/tsc', '-p', 'packages/console'] },
  { name: 'biome', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'] },
  { name: 'oxlint', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
];

/** Runs one check and says whether it passed. */
async function runCheck({ name, args }: (typeof CHECKS)[number]): Promise<boolean> {
  const started = Date.now();
  const { code, output } = await capture(process.execPath, args, {
    cwd: ROOT,
    // oxlint looks for tsgolint on PATH.
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH']}` },
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  });
  const passed = code === 0;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${passed ? '' : output}${passed ? '✔' : '✖'} ${name} (${seconds} s)\n`);
  return passed;
}

/** Runs every check and resolves to the names of those that failed. */
export async function runChecks(): Promise<readonly string[]> {
  const passed = await Promise.all(CHECKS.map(runCheck));
  return CHECKS.filter((_check, index) => !passed[index]).map(({ name }) => name);
}

if (import.meta.main) process.exitCode = (await runChecks()).length > 0 ? 1 : 0;
