import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A longer file is named when this test runs, as a reason to ask why; it breaks no rule. */
const LINES_TO_QUESTION = 300;
const VAGUE_FOLDERS = new Set(['shared', 'common', 'core', 'types', 'utils', 'helpers']);
const ENVIRONMENT_READER = 'packages/server/src/config.ts';
const COMPUTING_BUILTINS = ['node:crypto', 'node:util', 'node:zlib'];

type Source = { readonly path: string; readonly text: string };
type Import = { readonly name: string; readonly typesOnly: boolean };

/** What one part of the house may not import. */
type Direction = {
  readonly of: RegExp;
  readonly refuses: (imported: Import, importer: string) => boolean;
  readonly because: string;
};

const isRelative = (name: string) => /^(packages|sdks|test)\//.test(name);
const isPackage = (name: string, ...allowed: readonly string[]) =>
  allowed.some((one) => name === one || name.startsWith(`${one}/`));
const isIn = (name: string, ...places: readonly string[]) =>
  places.some((place) => name.startsWith(`packages/server/src/${place}`));

const SERVER = 'packages/server/src/';

/**
 * The server's rooms, ground floor first. A room imports from the floors below it, and never from another room on its
 * own floor. The picture in docs/architecture.md is checked against this list.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['errors.ts', 'version.ts', 'command-name.ts'],
  ['domain'],
  ['settings.ts'],
  ['config.ts'],
  ['logger.ts', 'data-folder', 'store'],
  ['actions'],
  ['live'],
  ['http'],
  ['gateway', 'oauth', 'admin'],
  ['openapi'],
  ['web'],
  ['app.ts'],
  ['start-server.ts'],
  ['commands'],
  ['program.ts'],
  ['main.ts', 'docs'],
];

/** The room of a file: the first folder below `src/`, or a file that stands there by itself. */
function roomOf(path: string): string {
  return path.slice(SERVER.length).split('/')[0] ?? '';
}

const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

function mayEnter(room: string, other: string): boolean {
  return room === other || (floorOf(other) !== -1 && floorOf(other) < floorOf(room));
}

const DIRECTIONS: readonly Direction[] = [
  {
    of: /^sdks\/typescript\//,
    refuses: ({ name }) => !name.startsWith('sdks/typescript/'),
    because: 'the client imports nothing',
  },
  {
    of: /^packages\/conform\//,
    refuses: ({ name }) => !name.startsWith('packages/conform/') && !name.startsWith('node:'),
    because: 'conform imports builtins only',
  },
  {
    of: /^packages\/guard\//,
    refuses: ({ name, typesOnly }) => {
      if (isRelative(name)) return !name.startsWith('packages/guard/');
      // Types leave nothing to install behind them.
      return !isPackage(name, 'jose', 'node:crypto') && !typesOnly;
    },
    because: 'guard imports jose and node:crypto only',
  },
  {
    of: /^packages\/binders\//,
    refuses: ({ name }) => {
      if (isRelative(name)) return !name.startsWith('packages/binders/');
      return !isPackage(name, '@bindery/guard', 'fastify', 'kysely', 'zod', 'node:crypto');
    },
    because: 'binders imports the guard, fastify, kysely, zod and node:crypto only',
  },
  {
    of: /^packages\/console\//,
    refuses: ({ name, typesOnly }) => {
      const leaves = isRelative(name) ? !name.startsWith('packages/console/') : isPackage(name, '@bindery');
      return leaves && !typesOnly;
    },
    because: 'console imports only types of the other packages',
  },
  {
    of: /^packages\/server\//,
    refuses: ({ name }) =>
      (isRelative(name) && !name.startsWith('packages/server/')) ||
      isPackage(name, '@bindery/client', '@bindery/console'),
    because: 'server reaches guard and binders by their names and no other package',
  },
  {
    of: /^packages\/server\/src\//,
    refuses: ({ name }, importer) => isIn(name, '') && !mayEnter(roomOf(importer), roomOf(name)),
    because: 'a room imports from lower floors only, see FLOORS',
  },
  {
    of: /^packages\/server\/src\/domain\//,
    refuses: ({ name }) =>
      !isRelative(name) &&
      !isPackage(name, 'jose', 'ipaddr.js', '@bindery/guard/issuer') &&
      !COMPUTING_BUILTINS.includes(name),
    because: 'domain imports jose, ipaddr.js, the rules that guards share, and builtins that only compute',
  },
  {
    of: /^packages\/server\/src\/store\//,
    refuses: ({ name, typesOnly }) =>
      isIn(name, 'domain/') &&
      !typesOnly &&
      // An entry's id is its place in the table; a query may compare with a limit.
      !isIn(name, 'domain/identifier.ts', 'domain/limits.ts', 'domain/duration.ts'),
    because: 'store imports only types of domain besides ids, limits and durations',
  },
];

/** The source without its comments; strings are stepped over, so that a URL is none. */
function withoutComments(text: string): string {
  const stringOrComment = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replaceAll(stringOrComment, (found) => (found.startsWith('/') ? '' : found));
}

/** Everything a file imports or exports again; a relative name as a path from the project's folder. */
function importsOf({ path, text }: Source): Import[] {
  const statement = /\b(?:import|export)\s+(type\s)?([\w\s{},*$]*?)\s*from\s*['"]([^'"]+)['"]/g;
  const bare = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  const code = withoutComments(text);
  const found = [...code.matchAll(statement)].map(([, type, names = '', name = '']) => ({
    name,
    typesOnly: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names.trim()),
  }));
  const loaded = [...code.matchAll(bare)].map(([, name = '']) => ({ name, typesOnly: false }));
  return [...found, ...loaded].map((one) =>
    one.name.startsWith('.') ? { ...one, name: normalize(join(dirname(path), one.name)).replaceAll('\\', '/') } : one,
  );
}

function brokenDirections(source: Source): string[] {
  const rules = DIRECTIONS.filter((direction) => direction.of.test(source.path));
  return importsOf(source).flatMap((imported) =>
    rules
      .filter((rule) => rule.refuses(imported, source.path))
      .map((rule) => `${source.path} imports ${imported.name}: ${rule.because}`),
  );
}

/** Writes JavaScript samples that read the environment, as text. */
const ENVIRONMENT_SHOWER = 'packages/server/src/web/portal/samples.ts';

function mayHoldSql(path: string): boolean {
  return path.startsWith('packages/server/src/store/') || /^packages\/binders\/src\/(store|table)(\.ts$|\/)/.test(path);
}

function brokenRules({ path, text }: Source): string[] {
  const code = withoutComments(text);
  const broken: string[] = [];
  if (!mayHoldSql(path) && /\bsql(<[^`]*>)?`|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(code)) {
    broken.push(`${path} holds SQL outside a store`);
  }
  if (
    path !== ENVIRONMENT_READER &&
    path !== ENVIRONMENT_SHOWER &&
    /\bprocess\.env\b|\{[^}]*\benv\b[^}]*\} from 'node:process'/.test(code)
  ) {
    broken.push(`${path} reads the environment, which only ${ENVIRONMENT_READER} does`);
  }
  if (path.startsWith(SERVER) && !path.startsWith(`${SERVER}http/`) && /\brequest\.ips?\b/.test(code)) {
    broken.push(`${path} reads request.ip, which is the proxy's: request.callerAddress is the caller's`);
  }
  const vague = path
    .split('/')
    .slice(0, -1)
    .find((folder) => VAGUE_FOLDERS.has(folder));
  if (vague !== undefined) broken.push(`${path} lies in a folder called ${vague}`);
  return broken;
}

function longFiles(sources: readonly Source[]): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_TO_QUESTION)
    .map(({ path, lines }) => `${path} has ${lines} lines: does it do more than one thing?`);
}

/** The rooms on the picture of a page, ground floor first; undefined if it has none. */
function floorsDrawnIn(page: string): string[][] | undefined {
  const block = /^<!-- floors -->\s*^```\w*\n([\s\S]*?)^```/m.exec(page)?.[1];
  const lines = block?.split('\n').filter((line) => line.trim() !== '');
  return lines?.reverse().map((line) => (line.split(/ {2,}/, 1)[0] ?? '').split(' '));
}

function findings(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [...brokenDirections(source), ...brokenRules(source)]);
}

/** Sources that ship: tests and what only tests use may reach anywhere. */
function shippedSources(): Source[] {
  return [...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/src`), 'sdks/typescript/src']
    .filter((folder) => readdirSync(join(ROOT, dirname(folder))).includes('src'))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !/(\.test\.tsx?|\/test-[\w-]+\.ts)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

test('the sources follow the directions and rules of the architecture', (t) => {
  const sources = shippedSources();
  for (const one of longFiles(sources)) t.diagnostic(`warning: ${one}`);
  assert.ok(
    sources.some(({ path }) => path === ENVIRONMENT_READER),
    'the walk finds the sources',
  );
  assert.deepEqual(findings(sources), []);
});

const BROKEN: readonly (readonly [path: string, text: string, finding: RegExp])[] = [
  ['sdks/typescript/src/a.ts', "import 'node:fs';", /client imports nothing/],
  ['packages/conform/src/a.ts', "import { x } from '@bindery/server/x.ts';", /builtins only/],
  ['packages/guard/src/a.ts', "import fastify from 'fastify';", /guard imports jose/],
  ['packages/guard/src/a.ts', "export * from '../../server/src/b.ts';", /guard imports jose/],
  ['packages/binders/src/a.ts', "const pg = await import('pg');", /binders imports/],
  ['packages/console/src/a.tsx', "import { x } from '../../server/src/admin/x.ts';", /only types/],
  ['packages/server/src/app.ts', "import { x } from '../../binders/src/store.ts';", /by their names/],
  ['packages/server/src/oauth/token.ts', "import { x } from '../admin/clients.ts';", /lower floors only/],
  ['packages/server/src/admin/a.ts', "import {\n  x,\n  y,\n} from '../oauth/token.ts';", /lower floors only/],
  ['packages/server/src/oauth/grants/a.ts', "import { createApp } from '../../app.ts';", /lower floors only/],
  ['packages/server/src/live/a.ts', "import { x } from '../http/network.ts';", /lower floors only/],
  ['packages/server/src/app.ts', "import { x } from './unlisted/a.ts';", /lower floors only/],
  ['packages/server/src/domain/a.ts', "import { readFileSync } from 'node:fs';", /domain imports/],
  ['packages/server/src/domain/a.ts', "import type { Row } from '../store/schema.ts';", /lower floors only/],
  ['packages/server/src/store/a.ts', "import { type A, b } from '../domain/access.ts';", /only types of domain/],
  ['packages/server/src/actions/a.ts', "import type { A } from '../oauth/deps.ts';", /lower floors only/],
  ['packages/server/src/oauth/a.ts', "db.selectFrom('clients');", /holds SQL/],
  ['packages/server/src/actions/a.ts', 'const q = sql<number>`select 1`;', /holds SQL/],
  ['packages/server/src/logger.ts', 'const level = process.env.LEVEL;', /reads the environment/],
  ['packages/server/src/oauth/a.ts', 'const { id } = f(request.ip);', /reads request\.ip/],
  ['packages/guard/src/utils/a.ts', '', /folder called utils/],
];

for (const [path, text, finding] of BROKEN) {
  test(`${path} with ${JSON.stringify(text.slice(0, 60))} is found`, () => {
    const found = findings([{ path, text }]);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', finding);
  });
}

test('a tree that follows the rules has no findings', () => {
  const kept: Source[] = [
    { path: 'packages/server/src/store/a.ts', text: "import type { A } from '../domain/access.ts';\nsql`select 1`;" },
    { path: 'packages/server/src/store/b.ts', text: "import { type A, type B } from '../domain/access.ts';" },
    {
      path: 'packages/server/src/domain/a.ts',
      text: "import { sign } from 'node:crypto';\nimport { b } from './b.ts';",
    },
    { path: 'packages/server/src/oauth/a.ts', text: "import { b } from '../domain/b.ts'; // import '../admin/a.ts'" },
    { path: 'packages/guard/src/a.ts', text: "import { jwtVerify } from 'jose';\nconst u = 'https://a.example/x';" },
    { path: ENVIRONMENT_READER, text: 'const env = process.env;' },
  ];
  assert.deepEqual(findings(kept), []);
});

/** Files that import each other in a circle, one group for each circle; what is loaded on demand counts as well. */
function circlesIn(sources: readonly Source[]): string[][] {
  const targets = new Map(sources.map((source) => [source.path, importsOf(source).map(({ name }) => name)]));
  const reachable = (start: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const pending = [...(targets.get(start) ?? [])];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(...(targets.get(next) ?? []));
    }
    return found;
  };
  const reached = new Map([...targets.keys()].map((path) => [path, reachable(path)]));
  const circles = [...reached].map(([path, found]) => [...found].filter((other) => reached.get(other)?.has(path)));
  return [...new Set(circles.filter(({ length }) => length > 0).map((circle) => circle.toSorted().join(' ')))].map(
    (circle) => circle.split(' '),
  );
}

test('files of the server and of the console have no circular imports, not even of types', () => {
  const checked = shippedSources().filter(({ path }) => /^packages\/(?:server|console)\//.test(path));
  assert.deepEqual(circlesIn(checked), []);
});

test('tests and what supports them have no circular imports', () => {
  const paths = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'));
  assert.ok(paths.includes('test/support/bindery.ts'), 'the walk finds the tests');
  assert.deepEqual(circlesIn(paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))), []);
});

test('a circular import is found, also through a dynamic import', () => {
  const circle: Source[] = [
    { path: 'packages/console/src/a.ts', text: "import { b } from './b.ts';" },
    { path: 'packages/console/src/b.ts', text: "const c = () => import('./c.ts');" },
    { path: 'packages/console/src/c.ts', text: "import type { A } from './a.ts';" },
    { path: 'packages/console/src/d.ts', text: "import { a } from './a.ts';" },
  ];
  assert.deepEqual(circlesIn(circle), [circle.slice(0, 3).map(({ path }) => path)]);
});

test('a long file is named but breaks no rule', () => {
  const long: Source = { path: 'packages/server/src/a.ts', text: '\n'.repeat(LINES_TO_QUESTION + 1) };
  const short: Source = { path: 'packages/server/src/b.ts', text: '\n'.repeat(LINES_TO_QUESTION) };
  assert.deepEqual(findings([long, short]), []);
  assert.deepEqual(longFiles([long, short]), [
    'packages/server/src/a.ts has 301 lines: does it do more than one thing?',
  ]);
});

test('every room of the server is on exactly one floor, and every floor has only rooms that exist', () => {
  const rooms = readdirSync(join(ROOT, SERVER)).filter((name) => !name.endsWith('.test.ts'));
  assert.deepEqual(FLOORS.flat().toSorted(), rooms.toSorted());
});

test('docs/architecture.md draws the floors that are enforced', () => {
  const drawn = floorsDrawnIn(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8'));
  assert.ok(drawn !== undefined, 'docs/architecture.md has no code block after a line <!-- floors -->');
  assert.deepEqual(
    drawn.map((rooms) => rooms.toSorted()),
    FLOORS.map((rooms) => rooms.toSorted()),
  );
});

test('a picture is read from the top floor to the ground, without its descriptions', () => {
  const page = 'text\n\n<!-- floors -->\n```text\nmain.ts docs  the process\nerrors.ts\n```\n\n```\nother\n```\n';
  assert.deepEqual(floorsDrawnIn(page), [['errors.ts'], ['main.ts', 'docs']]);
  assert.equal(floorsDrawnIn('```\nmain.ts\n```\n'), undefined);
});
