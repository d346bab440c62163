import { type Setting, settings } from '../settings.ts';
import { generatedNote, markdownTable } from './page.ts';

/** `docs/operators/reference/configuration.md`, from the settings themselves. */
export function configurationPage(): string {
  const entries: [string, Setting<unknown>][] = Object.entries(settings);
  return `${generatedNote}

# Settings

Bindery takes its settings from the environment and from nowhere else. All of them are checked at the start, and all that is
wrong is said at once: one sentence each on standard error, exit code 78. A variable that begins with \`BINDERY_\` and is none of
these is ignored with a warning. An empty variable counts as absent. The server and the command line read the same settings, so
give both the same.

${markdownTable(
  ['setting', 'default', 'what it is'],
  entries.map(([name, setting]) => [
    `<a id="${name.toLowerCase()}"></a>\`${name}\``,
    asCode(setting.fallback),
    describe(name, setting),
  ]),
)}

A setting marked *secret* can be given as a file as well: its name with \`_FILE\` holds the path, and one line break at the end
of the file is left out. Setting both is refused. No secret is ever shown.
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

/** What the setting says of a value that nothing can be: its rule, in its own words. */
function ruleOf(name: string, { schema }: Setting<unknown>): string | undefined {
  const message = schema.safeParse('\x00').error?.issues[0]?.message;
  return message?.replace(`${name} must be `, '');
}

function asCode(fallback: string): string {
  const isValue = /^[\w./,:-]+$/.test(fallback) && fallback !== 'none';
  return isValue ? `\`${fallback.replaceAll(',', '`, `')}\`` : fallback;
}
