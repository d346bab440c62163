// `node test/soak/timing.ts --samples 20000`: whether response times reveal what responses do not.
// Two kinds of attempt alternate; Welch's t-test says whether their times differ by more than chance. Whether a client
// exists is not compared: its id has 128 random bits and is no secret, and known ones are answered from memory.
import { parseArgs } from 'node:util';
import { newClientSecret } from '@bindery/server/domain/client-secret.ts';
import { type People, startPeople } from '../support/people.ts';

/** The usual threshold for such tests, beyond which a difference is not chance. */
const tMax = 4.5;
const gapMax = 0.05;

type Attempt = () => Promise<{ readonly status: number }>;

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '20000' }, passwords: { type: 'string', default: '500' } },
});
const samples = wholeNumber('samples', values.samples);
const passwords = wholeNumber('passwords', values.passwords);

await using people = await startPeople();
let isSound = true;
for (const [name, count, one, other] of comparisons(people)) {
  isSound = (await compare(name, count, one, other)) && isSound;
}
process.exitCode = isSound ? 0 : 1;

function comparisons({ askSignIn, client }: People): readonly (readonly [string, number, Attempt, Attempt])[] {
  // Created beforehand so that only the server's work is measured. Both are malformed, which the audit log distinguishes.
  const far = `${newClientSecret().slice(0, -1)}_`;
  const near = `${client.clientSecret.slice(0, -1)}_`;
  return [
    [
      'a secret that is wrong throughout and one that is nearly right',
      samples,
      () => askSignIn({ client_secret: far }),
      () => askSignIn({ client_secret: near }),
    ],
    [
      'an unknown user and a wrong password',
      passwords,
      () => askSignIn({ username: 'nobody1@example.com', password: 'wrong password here' }),
      () => askSignIn({ password: 'wrong password here' }),
    ],
  ];
}

/** Times both kinds alternately and prints the result; false if they can be told apart. */
async function compare(name: string, count: number, one: Attempt, other: Attempt): Promise<boolean> {
  const times: [number[], number[]] = [[], []];
  // The first rounds warm up caches and the compiler.
  for (let round = -Math.ceil(count / 10); round < count; round += 1) {
    // In random order, so that neither always pays for the other's garbage.
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const);
    for (const kind of order) {
      const began = performance.now();
      await (kind === 0 ? one : other)();
      if (round >= 0) {
        times[kind].push(performance.now() - began);
      }
    }
  }
  const [first, second] = times.map(trim) as [number[], number[]];
  const t = welch(first, second);
  const gap = Math.abs(median(first) - median(second)) / Math.min(median(first), median(second));
  const isAlike = Math.abs(t) < tMax && gap < gapMax;
  process.stdout.write(
    `${name}: medians ${median(first).toFixed(4)} and ${median(second).toFixed(4)} ms, t = ${t.toFixed(2)}: ${isAlike ? 'alike' : 'they differ'}\n`,
  );
  return isAlike;
}

/** Without the slowest twentieth, which other work on the machine caused. */
function trim(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length * 0.95));
}

function welch(first: readonly number[], second: readonly number[]): number {
  return (mean(first) - mean(second)) / Math.sqrt(variance(first) / first.length + variance(second) / second.length);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function variance(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return numbers.reduce((sum, number) => sum + (number - middle) ** 2, 0) / (numbers.length - 1);
}

/** The median of sorted numbers. */
function median(numbers: readonly number[]): number {
  return numbers[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 10) {
    process.stderr.write(`--${name} must be a whole number of 10 and more\n`);
    process.exit(2);
  }
  return number;
}
