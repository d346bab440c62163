import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const root = new URL('../..', import.meta.url).pathname;

/** Every credential that the page must have; a new kind of credential gets a row there and a name here. */
const credentials = [
  ...['Client secret', 'Access token', 'Refresh token', 'Console session', 'Device cookie'],
  ...['Invitation to an organization', 'Invitation of an operator', 'Reset link', 'Setup token'],
  ...['API credential', 'Signing key', 'Master key'],
];

const rows = readFileSync(join(root, 'docs/security/credentials.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| credential'))
  .map((line) => line.slice(2, -2).split(' | '));

/** The titles of the tests in a file, as in its source. */
function titlesOf(file: string): readonly string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , title = '']) =>
    title.replaceAll(/\\(.)/g, '$1'),
  );
}

describe('9.8 the table of credentials', () => {
  test('every credential has a row with maker, life and end', () => {
    assert.deepEqual(
      rows.map(([name]) => name),
      credentials,
    );
    assert.ok(rows.every((cells) => cells.length === 4));
  });

  test('every cell names at least one test, and each of them exists', () => {
    for (const [name, ...cells] of rows) {
      for (const cell of cells) {
        const [text = '', ...proofs] = cell.split('<br>');
        assert.ok(text.length > 3, `${name}: a cell says nothing`);
        assert.ok(proofs.length > 0, `${name}: no test for "${text}"`);
        for (const proof of proofs) {
          const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(proof) ?? [];
          assert.ok(existsSync(join(root, file)), `${name}: there is no file ${file}`);
          assert.ok(titlesOf(file).includes(title), `${name}: ${file} has no test "${title}"`);
        }
      }
    }
  });
});
