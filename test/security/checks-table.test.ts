import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = new URL('../..', import.meta.url).pathname;

/** The pages, read as one. */
const pages = ['docs/security/checks.md', 'docs/security/checks-people-and-tokens.md'];

/** Every number that the pages must have, by the letter of its group; a new group gets a line here and a table there. */
const groups: Readonly<Record<string, readonly number[]>> = {
  A: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 23, 24, 26],
  B: [27, 28, 29, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 43, 44, 45],
  C: [46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 58],
  F: [94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 106, 107],
  G: [108, 109, 110, 111, 113, 114, 115, 118, 119, 123, 124, 125, 126, 127, 128, 130, 131, 132],
  H: [134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 146],
  M: [209, 210, 212, 213, 216, 217, 219, 220, 221, 223, 225],
  N: [226, 227, 228, 229, 230, 231, 232, 233, 235, 236, 237, 238, 239, 240, 242, 243, 244, 245, 246, 247],
  D: [59, 60, 61, 63, 64, 65, 66, 67, 68, 69, 70],
  E: [71, 72, 73, 75, 77, 78, 79, 80, 81, 82, 83, 85, 86, 87, 88, 89, 90, 92, 93],
  I: [147, 148, 149, 151, 152, 153, 154, 155, 156, 157],
  J: [158, 159, 160, 162, 163, 165, 166, 167, 168, 169],
  O: [248, 251, 252, 253, 255, 256, 257, 258, 259],
  Q: [274, 275, 277, 278, 279, 280, 281, 282, 284, 285, 286, 288],
  R: [289, 290, 291, 292, 293, 294, 295, 296, 298, 299, 300, 301, 302, 303, 304, 305],
};

interface Check {
  readonly group: string;
  readonly number: number;
  readonly demand: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  readonly reasons: readonly string[];
}

function readChecks(): readonly Check[] {
  const checks: Check[] = [];
  let group = '';
  for (const line of pages.flatMap((page) => readFileSync(join(root, page), 'utf8').split('\n'))) {
    group = /^## ([A-Z])\. /.exec(line)?.[1] ?? group;
    const row = /^\| (\d+) \| (.+?) \| (.+) \|$/.exec(line);
    if (row === null) {
      continue;
    }
    const proofs = (row[3] ?? '').split('<br>').map((proof) => ({ proof, named: /^`([^`]+)`: (.+)$/.exec(proof) }));
    checks.push({
      group,
      number: Number(row[1]),
      demand: row[2] ?? '',
      tests: proofs.flatMap(({ named }) => (named === null ? [] : [{ file: named[1] ?? '', title: named[2] ?? '' }])),
      reasons: proofs.flatMap(({ proof, named }) => (named === null ? [proof] : [])),
    });
  }
  return checks;
}

/** The titles of the tests in a file, as in its source. */
function titlesOf(file: string): readonly string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , title = '']) =>
    title.replaceAll(/\\(.)/g, '$1'),
  );
}

/** The numbers at the start of a title: `110 and 111: ...` */
function numbersOf(title: string): readonly number[] {
  const numbers = /^(\d+(?:(?:, | and )\d+)*): /.exec(title)?.[1];
  return numbers === undefined ? [] : numbers.split(/, | and /).map(Number);
}

const checks = readChecks();

test('every number has one row with a requirement, in its group and in order', () => {
  for (const [group, numbers] of Object.entries(groups)) {
    assert.deepEqual(
      checks.filter((check) => check.group === group).map(({ number }) => number),
      numbers,
      `group ${group}`,
    );
  }
  assert.deepEqual([...new Set(checks.map(({ group }) => group))].toSorted(), Object.keys(groups).toSorted());
});

test('every row names a test with its number, or gives a reason in a sentence', () => {
  for (const { number, tests, reasons } of checks) {
    assert.ok(tests.length > 0 || reasons.length > 0, `${number}`);
    for (const { title } of tests) {
      assert.ok(numbersOf(title).includes(number), `${number}: the test "${title}" has another number`);
    }
    for (const reason of reasons) {
      assert.match(reason, /^\S.{20,}\.$/, `${number}`);
      assert.doesNotMatch(reason, /\.test\.ts/, `${number}: a test is named as its file in backticks and its title`);
    }
  }
});

test('every file and title that the page names exists', () => {
  for (const { number, tests } of checks) {
    for (const { file, title } of tests) {
      assert.ok(existsSync(join(root, file)), `${number}: there is no file ${file}`);
      assert.ok(titlesOf(file).includes(title), `${number}: ${file} has no test "${title}"`);
    }
  }
});

test('every numbered test is on a page', () => {
  const named = new Set(checks.flatMap(({ tests }) => tests.map(({ file, title }) => `${file} ${title}`)));
  const onPage = new Set(checks.map(({ number }) => number));
  const folder = 'test/security';
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.ts'));
  const unnamed = files.flatMap((name) =>
    titlesOf(`${folder}/${name}`)
      .filter((title) => numbersOf(title).some((number) => onPage.has(number)))
      .map((title) => ({ file: `${folder}/${name}`, title }))
      .filter(({ file, title }) => !named.has(`${file} ${title}`)),
  );
  assert.deepEqual(unnamed, []);
});
