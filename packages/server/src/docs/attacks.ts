import { attacks, cutOffAttack } from '@bindery/conform';
import { generatedNote, markdownTable } from './page.ts';

const needs = { write: '`--write-path`', objectPath: '`--object-path`' } as const;

/** `docs/api-developers/reference/attacks.md`, generated from the list of attacks. */
export function attacksPage(): string {
  return `${generatedNote}

# Attacks on your API

What [\`bindery conform\`](../../operators/reference/command-line.md#bindery-conform) tries on an API, in this order. An API withstands an
attack if it answers every attempt with 4xx. 2xx and 3xx mean that the attempt got through, 5xx that something broke; 408
and 429 say nothing about the token, so they do not count as refusals. Valid requests must succeed before the first attack
and after the last one: an API that refuses everything proves nothing.

${markdownTable(
  ['attack', 'what is tried', 'rule', 'needs'],
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
