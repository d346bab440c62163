import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { checkSync } from 'recheck';
import { parseSync } from 'vite';
import { startTestApp } from '../support/app.ts';

const root = new URL('../../', import.meta.url).pathname;

/** Every source that ships and runs where outside input is. */
const sources = globSync(
  [
    'packages/{server,guard,binders,conform}/src/**/*.ts',
    'packages/server/assets/portal/**/*.js',
    'packages/console/src/**/*.{ts,tsx}',
    'sdks/typescript/src/**/*.ts',
  ],
  { cwd: root },
).filter((file) => !/\.test\.tsx?$|\.d\.ts$/.test(file));

const pages = 'reads pages of docs/ and programs of examples/, which ship with the server';
const portal = 'packages/server/src/web/portal';

/** Expressions that may be more than linear, because what they read never comes from outside. */
const allowed: readonly (readonly [file: string, expression: string, because: string])[] = [
  ['packages/console/src/samples/fill.ts', String.raw`/^const \{([^}]+)\} = process\.env;$/m`, pages],
  [`${portal}/samples.ts`, String.raw`/const \{([^}]*)\} = process\.env;\n/g`, pages],
  [`${portal}/markdown.ts`, String.raw`/^(.*?)(?:\s*\{#([\w-]+)\})?$/`, pages],
  [`${portal}/markdown.ts`, String.raw`/\[([^\]]*)\]\([^)]*\)/g`, pages],
  [`${portal}/open-page.ts`, String.raw`/^\[[^\]\n]*\]\((?:\.\.\/)+examples\/([\w/-]+)\.\w+\)$/gm`, pages],
  [`${portal}/open-page.ts`, String.raw`/\[([^\]]*)\]\(([^()\s]+)\)/g`, pages],
  [`${portal}/open-page.ts`, '/(^```.*?^```$)/gms', pages],
  [`${portal}/render-page.ts`, String.raw`/^(#+ .*?)\s*\{#[\w-]+\}$/gm`, pages],
  [`${portal}/render-page.ts`, String.raw`/^(?:<a id="[\w-]+"><\/a>\s*)+\n/gm`, pages],
  [`${portal}/render-page.ts`, String.raw`/\]\((\/[^)#]*)(#[^)]*)?\)/g`, pages],
];

/** Expressions made at run time, and what they are made of. */
const made: readonly (readonly [file: string, code: string, of: string])[] = [
  ['packages/console/src/session/rules.ts', "new RegExp(pattern, 'u')", 'patterns of domain/limits.ts'],
  [`${portal}/open-page.ts`, "new RegExp(exampleIds.CLIENT_ID, 'g')", 'an id of the examples'],
  [`${portal}/open-page.ts`, "new RegExp(exampleIds.ORGANIZATION_ID, 'g')", 'an id of the examples'],
];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly callee?: { readonly name?: string };
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if ('type' in value && typeof value.type === 'string') {
    yield value as Node;
  }
  for (const inner of Object.values(value)) {
    yield* nodesOf(inner);
  }
}

const found = sources.map((file) => {
  const text = readFileSync(root + file, 'utf8');
  const { program, errors } = parseSync(file, text);
  assert.deepEqual(errors, [], file);
  const nodes = [...nodesOf(program)];
  const literals = nodes.flatMap(({ regex }) => (regex === undefined ? [] : [regex]));
  const isMade = ({ type, callee }: Node) => /^(?:New|Call)Expression$/.test(type) && callee?.name === 'RegExp';
  return { file, literals, made: nodes.filter(isMade).map(({ start, end }) => text.slice(start, end)) };
});

/** In words, why an expression is not linear; undefined if it is. */
function problemOf(pattern: string, flags: string): string | undefined {
  // `safe` is at most linear; what cannot be decided is not safe.
  const { status } = checkSync(pattern, flags, { timeout: 60_000 });
  return status === 'safe' ? undefined : `/${pattern}/${flags} is ${status}`;
}

describe('9.2 every expression that meets outside input is linear', () => {
  test('in every source that ships', () => {
    const problems = found.flatMap(({ file, literals }) =>
      literals
        .filter(({ pattern, flags }) => !allowed.some(([at, text]) => at === file && text === `/${pattern}/${flags}`))
        .flatMap(({ pattern, flags }) => problemOf(pattern, flags) ?? [])
        .map((problem) => `${file}: ${problem}`),
    );
    assert.deepEqual(problems, []);
    assert.ok(found.flatMap(({ literals }) => literals).length > 100);
  });

  test('every exception is needed, and no other expression is made at run time', () => {
    for (const [file, text] of allowed) {
      const { literals = [] } = found.find((one) => one.file === file) ?? {};
      assert.ok(
        literals.some(({ pattern, flags }) => `/${pattern}/${flags}` === text),
        `${file} ${text}`,
      );
    }
    assert.deepEqual(
      found.flatMap(({ file, made: code }) => code.map((one) => `${file} ${one}`)).toSorted(),
      made.map(([file, code]) => `${file} ${code}`).toSorted(),
    );
  });

  test('and so is every pattern that the contract gives to its readers', async () => {
    await using server = await startTestApp();
    const { body } = await server.app.inject({ url: '/openapi.json' });
    const patterns = new Set<string>();
    JSON.parse(body, (name, value: unknown) => {
      if (name === 'pattern' && typeof value === 'string') {
        patterns.add(value);
      }
      return value;
    });
    assert.ok(patterns.size > 0);
    assert.deepEqual(
      [...patterns].flatMap((pattern) => problemOf(pattern, 'u') ?? []),
      [],
    );
  });
});
