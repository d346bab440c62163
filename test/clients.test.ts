import { suite, test } from 'node:test';
import { cases, type Language, runCase } from '../clients/conformance/run-case.ts';

const drivers = new URL('../clients/conformance/drivers/', import.meta.url).pathname;
const sources = new URL('../packages/client/src/index.ts', import.meta.url).pathname;

const languages: readonly Language[] = [
  { name: 'JavaScript', command: [process.execPath, `${drivers}driver.mjs`, sources] },
];

for (const language of languages) {
  suite(`the client for ${language.name} keeps the table`, { concurrency: 4 }, () => {
    for (const row of cases) {
      test(row.name, () => runCase(language, row));
    }
  });
}
