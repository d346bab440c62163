import type { Command } from 'commander';
import { inspectToken } from '../actions/inspect-token.ts';
import { type AnswerOptions, answering, outputOf } from './options.ts';
import { print } from './output.ts';
import { readStandardInput } from './standard-input.ts';
import { withStore } from './store-command.ts';

/** `bindery token …` */
export function tokenCommands(program: Command): void {
  const token = program.command('token').description('tokens');

  answering(token.command('inspect'))
    .description('say in words what the token on standard input is and what is wrong with it; exit code 0 or 1')
    .addHelpText('after', '\nExample:\n  echo "$TOKEN" | bindery token inspect')
    .action(async (options: AnswerOptions) => {
      const text = (await readStandardInput('token')).trim().replace(/^bearer +/i, '');
      const inspected = await withStore((context) => inspectToken(context, text));
      const { kind, problems, facts } = inspected;
      print(outputOf(options), { kind, valid: problems.length === 0, problems, ...facts }, [
        kind,
        ...Object.entries(facts).map(([name, value]) => `  ${name}: ${String(value)}`),
        ...(problems.length === 0 ? ['nothing is wrong with it'] : problems.map((problem) => `wrong: ${problem}`)),
      ]);
      if (problems.length > 0) {
        process.exitCode = 1;
      }
    });
}
