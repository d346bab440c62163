import type { Command } from 'commander';
import { createProgram } from '../program.ts';
import { generatedNote } from './page.ts';

/** `docs/operators/reference/command-line.md`: what \`--help\` says of every command. */
export function commandLinePage(): string {
  const program = createProgram(() => undefined);
  const sections = commandsOf(program).map((command) => {
    const name = nameOf(command);
    return `## ${name}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``;
  });
  return `${generatedNote}

# Command line

In a clone the command is \`npm run -s bindery --\` or \`npx --no-install bindery\`, each followed by what stands after \`bindery\` below.
Every command but \`serve\`, \`demo\` and \`healthcheck\` works on the store itself, with or without a running server; what it changes
holds for the server's very next request.

Answers go to standard output, talk to standard error. \`--json\` prints exactly one JSON object; a list is \`{"items": [...]}\`.
A mistake is one sentence on standard error that says how to mend it, and an [exit code](../../integrators/reference/errors.md#exit-codes).

${sections.join('\n\n')}
`;
}

/** The program and every command below it that does something, in the order of the help. */
function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.filter((child) => child.name() !== 'help').flatMap(commandsOf)];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** The help as it is printed, at one width and without colours, whatever terminal this runs on. */
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
