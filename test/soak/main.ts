// `npm run soak -- --rounds 500 --operations 1000000`: tests that take too long for the suite. Stores are in SQLite, or
// with BINDERY_TEST_STORE=postgres in PostgreSQL, where two servers share one.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { concurrencyEnvironment, concurrencyGraceSeconds, createConcurrencyPeople } from '../concurrency/people.ts';
import { runConcurrency } from '../concurrency/run.ts';
import { runCrashRounds } from '../crash/rounds.ts';
import { startBindery, startSecond } from '../support/bindery.ts';
import { testStore } from '../support/postgres-databases.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, operations: { type: 'string' }, seed: { type: 'string' } },
});
const isAsked = values.rounds !== undefined || values.operations !== undefined;
const rounds = wholeNumber('rounds', values.rounds ?? (isAsked ? '0' : '200'));
const operations = wholeNumber('operations', values.operations ?? (isAsked ? '0' : '1000000'));
const seed = values.seed === undefined ? randomInt(2 ** 31) : wholeNumber('seed', values.seed);

if (operations > 0) {
  await soakConcurrency();
}
if (rounds > 0) {
  const tally = await runCrashRounds(rounds, (soFar) => say(JSON.stringify(soFar)));
  say(`nothing acknowledged was lost: ${JSON.stringify(tally)}`);
}

async function soakConcurrency(): Promise<void> {
  say(`${operations} operations with seed ${seed}, stores in ${testStore}`);
  const started = performance.now();
  await using bindery = await startBindery({ env: concurrencyEnvironment });
  const people = await createConcurrencyPeople(bindery);
  await using second = testStore === 'postgres' ? await startSecond(bindery, concurrencyEnvironment) : undefined;
  const tally = await runConcurrency({
    binderies: second === undefined ? [bindery] : [bindery, second],
    people,
    operations,
    seed,
    graceSeconds: concurrencyGraceSeconds,
    report: (soFar) => say(JSON.stringify(soFar)),
  });
  say(`no rule was broken: ${JSON.stringify(tally)} in ${Math.round((performance.now() - started) / 1000)} s`);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    process.stderr.write(`--${name} must be a whole number\n`);
    process.exit(2);
  }
  return number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
