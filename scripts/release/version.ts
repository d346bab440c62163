// `npm run version`: takes the changes in `.changeset` into a new version of every package and into CHANGELOG.md.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { npmCommand, npmEnvironment } from '../setup/install.mjs';
import { ROOT } from '../setup/node.mjs';
import { VERSIONED } from './versions.ts';

/** The heading in the changelog for each kind of change. */
const HEADINGS = { major: 'Breaking', minor: 'Added', patch: 'Fixed' } as const;
const CHANGESET = /^---\n(?<packages>[\s\S]*?)\n---\n(?<text>[\s\S]+)$/;
const UNRELEASED = /^## \[Unreleased\]\n(?<text>[\s\S]*?)(?=^## \[|$(?![\s\S]))/m;

type Kind = keyof typeof HEADINGS;

const edit = (file: string, change: (text: string) => string): void => {
  const path = join(ROOT, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};
const versionOf = (folder: string): string => {
  // Our own manifest: it has a version.
  return (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { version: string }).version;
};

const { values } = parseArgs({ options: { date: { type: 'string', default: new Date().toISOString().slice(0, 10) } } });
const changes = readChanges();
if (changes.length === 0) {
  process.stderr.write('nothing to release: describe what changed with `npm run change`\n');
  process.exit(1);
}
const before = versionOf('.');
execFileSync(process.execPath, [join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version'], {
  cwd: ROOT,
  stdio: ['ignore', 2, 2],
});
const version = versionOf('packages/server');
// Changesets knows the workspaces, which is neither the root nor what other languages' packages say.
edit('package.json', (text) => text.replace(`"version": "${before}"`, `"version": "${version}"`));
edit(VERSIONED.python, (text) => text.replace(`version = "${before}"`, `version = "${version}"`));
edit('CHANGELOG.md', (text) =>
  text.replace(UNRELEASED, (_section, unreleased: string) => {
    return `## [Unreleased]\n\n## [${version}] - ${values.date}\n\n${withChanges(unreleased.trim())}\n\n`;
  }),
);
const { file, args, shell } = npmCommand([
  'install',
  '--package-lock-only',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
]);
execFileSync(file, args, { cwd: ROOT, env: npmEnvironment(), shell, stdio: ['ignore', 2, 2] });
process.stdout.write(
  `${before} becomes ${version}: read CHANGELOG.md and UPGRADING.md, commit, then push the tag v${version}\n`,
);

/** What the files in `.changeset` say; a change that names several packages counts as its largest kind. */
function readChanges(): readonly { readonly kind: Kind; readonly text: string }[] {
  const files = globSync('.changeset/*.md', { cwd: ROOT }).filter((name) => !name.endsWith('README.md'));
  return files.toSorted().map((name) => {
    const { packages, text } = CHANGESET.exec(readFileSync(join(ROOT, name), 'utf8'))?.groups ?? {};
    const kind = (['major', 'minor', 'patch'] as const).find((one) => packages?.includes(`: ${one}`));
    if (kind === undefined || text === undefined)
      throw new Error(`${name} does not name a package and major, minor or patch`);
    return { kind, text: text.trim() };
  });
}

/** Adds the changes to a section of the changelog, each below the heading of its kind. */
function withChanges(section: string): string {
  const [before = '', ...parts] = section.split(/^### /m);
  const lists = new Map<string, string>(Object.values(HEADINGS).map((heading) => [heading, '']));
  for (const part of parts) {
    const [heading = '', ...lines] = part.split('\n');
    lists.set(heading, lines.join('\n').trim());
  }
  for (const { kind, text } of changes) {
    const item = `- ${text.replaceAll('\n', '\n  ')}`;
    lists.set(HEADINGS[kind], `${lists.get(HEADINGS[kind])}\n${item}`.trim());
  }
  const filled = [...lists].filter(([, list]) => list !== '').map(([heading, list]) => `### ${heading}\n\n${list}`);
  return [before.trim(), ...filled].join('\n\n').trim();
}
