// `npm run soak -- --rounds 500`: what is too long for the suite.
import { parseArgs } from 'node:util';
import { type CrashTally, runCrashRounds } from '../crash-rounds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('--rounds must be a whole number above 0\n');
  process.exit(2);
}
const tally = await runCrashRounds(rounds, (soFar) => process.stdout.write(`${describe(soFar)}\n`));
process.stdout.write(`nothing acknowledged was lost: ${describe(tally)}\n`);

function describe({ rounds, tokens, creations, rotations }: CrashTally): string {
  return `${rounds} rounds, ${tokens} tokens, ${creations} clients made, ${rotations} secrets rotated`;
}
