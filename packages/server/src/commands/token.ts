import type { Command } from 'commander';
import { inspectToken } from '../actions/inspect-token.ts';
import { outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { print } from './output.ts';
import { readStandardInput } from './standard-input.ts';
import { withStore } from './store-command.ts';

/** `bindery token …` */
export function tokenCommands(program: Command): void {
  const token = program.command('token').description('Inspect tokens');

  withExamples(withJson(token.command('inspect')), 'echo "$TOKEN" | bindery token inspect')
    .description('Explain the token on standard input and what is wrong with it (exit code 0 or 1)')
    .action(async (options: ResultOptions) => {
      const text = (await readStandardInput('token')).trim().replace(/^bearer +/i, '');
      const inspected = await withStore((context) => inspectToken(context, text));
      const { kind, problems, facts } = inspected;
      print(outputOf(options), { kind, valid: problems.length === 0, problems, ...facts }, [
        kind,
        ...Object.entries(facts).map(([name, value]) => `  ${name}: ${String(value)}`),
        ...(problems.length === 0 ? ['valid'] : problems.map((problem) => `problem: ${problem}`)),
      ]);
      if (problems.length > 0) {
        process.exitCode = 1;
      }
    });
}
