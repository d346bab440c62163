import { attacks, cutOffAttack } from '@bindery/conform';
import { generatedNote, markdownTable } from './page.ts';

const needs = { write: '`--write-path`', objectPath: '`--object-path`' } as const;

/** `docs/api-developers/reference/attacks.md`, from the list itself. */
export function attacksPage(): string {
  return `${generatedNote}

# Attacks on your API

What [\`bindery conform\`](../../operators/reference/command-line.md#bindery-conform) tries on an API, in this order. An attack holds when each attempt of it is
answered 4xx; an answer of 2xx or 3xx lets it in, one of 5xx means that something broke, and 408 and 429 say nothing. Before the
first attack, good tokens must be let in, and again after the last: an API that refuses everybody holds nothing.

${markdownTable(
  ['attack', 'what is tried', 'where it comes from', 'needs'],
  [
    ...attacks.map(({ id, title, source, needs: need }) => [
      `<a id="${id}"></a>\`${id}\``,
      title,
      source,
      need === undefined ? '' : needs[need],
    ]),
    [`<a id="${cutOffAttack.id}"></a>\`${cutOffAttack.id}\``, cutOffAttack.title, cutOffAttack.source, ''],
  ],
)}
`;
}
