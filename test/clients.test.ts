import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { cases, type Language, runCase } from '../clients/conformance/run-case.ts';

const drivers = new URL('../clients/conformance/drivers/', import.meta.url).pathname;
const sources = new URL('../packages/client/src/index.ts', import.meta.url).pathname;
// Stack traces with their arguments, so that a secret among them is found.
const php = ['php', '-d', 'zend.exception_ignore_args=0', '-d', 'display_errors=stderr', `${drivers}driver.php`];

const languages: readonly Language[] = [
  { name: 'JavaScript', command: [process.execPath, `${drivers}driver.mjs`, sources] },
  {
    name: 'Python',
    command: [existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3', `${drivers}driver.py`],
    env: { PYTHONPATH: new URL('../clients/python/src/', import.meta.url).pathname, PYTHONDONTWRITEBYTECODE: '1' },
  },
  { name: 'PHP', command: [...php, 'memory'] },
  { name: 'PHP with a file cache', command: [...php, 'file'] },
];

for (const language of languages) {
  suite(`the client for ${language.name} keeps the table`, { concurrency: 4 }, () => {
    for (const row of cases) {
      test(row.name, () => runCase(language, row));
    }
  });
}
