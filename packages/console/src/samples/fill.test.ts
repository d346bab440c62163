import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fillSample, type SampleLanguage, toEnvFile } from './fill.ts';

const folder = path.join(import.meta.dirname, '../../../../examples/list-binders');
const files: Readonly<Record<SampleLanguage, string>> = {
  shell: 'list-binders.sh',
  php: 'list-binders.php',
  python: 'list-binders.py',
  javascript: 'list-binders.mjs',
  csharp: 'list-binders.cs',
};
const values = {
  issuer: 'https://id.example',
  tokenUrl: 'https://id.example/access_token',
  apiUrl: 'https://api.example',
  tenantHeader: 'x-company',
  scope: 'company_api',
  organizationId: '4bc6a1de-0000-4000-8000-000000000001',
  clientId: 'client_abc',
  clientSecret: 'secret_abc',
};

for (const [language, file] of Object.entries(files)) {
  test(`the ${language} sample has all real values and no longer reads the environment`, () => {
    // A key of the table above.
    const filled = fillSample(language as SampleLanguage, readFileSync(path.join(folder, file), 'utf8'), values);
    for (const value of [values.apiUrl, values.organizationId, values.clientId, values.clientSecret, 'x-company']) {
      assert.ok(filled.includes(value), `${value} is missing`);
    }
    assert.ok(filled.includes('/access_token'));
    assert.match(filled, /\bscope\b.{1,8}company_api/);
    assert.doesNotMatch(filled, /getenv|os\.environ|process\.env|Setting\(|connect\/token|x-tenant-id|\bpublic\b/);
  });
}

test('a quote in a value does not end its string', () => {
  const filled = fillSample('shell', 'set -euo pipefail\n', { ...values, clientId: "a'b" });
  assert.ok(filled.includes(`BINDERY_CLIENT_ID='a'\\''b'`));
});

test('the .env file has one line per value', () => {
  assert.match(toEnvFile(values), /^BINDERY_CLIENT_SECRET=secret_abc$/m);
  assert.match(toEnvFile(values), /^BINDERY_TOKEN_URL=https:\/\/id\.example\/access_token$/m);
});
