import type { Command } from 'commander';
import { createProgram } from '../program.ts';
import { generatedNote } from './page.ts';

/** `docs/operators/reference/command-line.md`: the help of every command. */
export function commandLinePage(): string {
  const program = createProgram(() => undefined);
  const sections = commandsOf(program).map((command) => {
    const name = nameOf(command);
    return `## ${name}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``;
  });
  return `${generatedNote}

# Command line

In a clone, run \`npm run -s bindery --\` or \`npx --no-install bindery\`, followed by what comes after \`bindery\` below.
Every command except \`serve\`, \`demo\` and \`healthcheck\` works on the store itself, whether or not a server is running; its
changes apply to the server's next request.

Results go to standard output, everything else to standard error. \`--json\` prints exactly one JSON object; a list is
\`{"items": [...]}\`. An error is one sentence on standard error that says how to fix it, and an
[exit code](../../integrators/reference/errors.md#exit-codes).

${sections.join('\n\n')}
`;
}

/** The program and every command below it, in the order of the help. */
function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.filter((child) => child.name() !== 'help').flatMap(commandsOf)];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** The help as printed, but always at the same width and without colors. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}
