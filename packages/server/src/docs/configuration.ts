import { type Setting, settings } from '../settings.ts';
import { generatedNote, markdownTable } from './page.ts';

/** `docs/operators/reference/configuration.md`, generated from the settings. */
export function configurationPage(): string {
  const entries: [string, Setting<unknown>][] = Object.entries(settings);
  return `${generatedNote}

# Settings

Bindery reads its settings from environment variables and from nowhere else. It checks all of them when it starts and
reports every problem at once: one sentence each on standard error, exit code 78. A variable that starts with \`BINDERY_\` but
is not listed here is ignored with a warning. An empty variable counts as unset. The server and the command line read the
same settings, so give both the same values.

${markdownTable(
  ['setting', 'default', 'description'],
  entries.map(([name, setting]) => [
    `<a id="${name.toLowerCase()}"></a>\`${name}\``,
    asCode(setting.fallback),
    describe(name, setting),
  ]),
)}

A setting marked *secret* can also be read from a file: put its path in the variable with \`_FILE\` added to the name. One
line break at the end of the file is ignored. Setting both variables is an error. Secrets are never shown.
`;
}

function describe(name: string, setting: Setting<unknown>): string {
  const rule = ruleOf(name, setting);
  return [
    setting.description,
    ...(rule === undefined ? [] : [`Must be ${rule}.`]),
    ...(setting.secret === true ? [`*Secret*; also \`${name}_FILE\`.`] : []),
  ].join(' ');
}

/** The rule of a setting, from its message for a value that no setting accepts. */
function ruleOf(name: string, { schema }: Setting<unknown>): string | undefined {
  const message = schema.safeParse('\x00').error?.issues[0]?.message;
  return message?.replace(`${name} must be `, '');
}

function asCode(fallback: string): string {
  const isValue = /^[\w./,:-]+$/.test(fallback) && fallback !== 'none';
  return isValue ? `\`${fallback.replaceAll(',', '`, `')}\`` : fallback;
}
