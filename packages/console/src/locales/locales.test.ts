import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { actions, keyOfAction } from '../audit/actions.ts';

type Strings = Readonly<Record<string, string>>;

const source = path.join(import.meta.dirname, '..');
const locales = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.json'));
const english = flatten(read('en.json'));
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(source, file), 'utf8') }));
const everything = code.map(({ text }) => text).join('\n');

for (const file of locales.filter((name) => name !== 'en.json')) {
  const strings = flatten(read(file));

  test(`${file} has the same strings as en.json`, () => {
    assert.deepEqual(Object.keys(strings).sort(), Object.keys(english).sort());
  });

  test(`${file} uses the same placeholders as en.json`, () => {
    for (const [key, text] of Object.entries(strings))
      assert.deepEqual(slotsOf(text), slotsOf(english[key] ?? ''), key);
  });

  test(`${file} has no empty and no untranslated string`, () => {
    assert.deepEqual(
      Object.entries(strings).filter(([, text]) => text.trim() === ''),
      [],
    );
    const alike = Object.entries(strings).filter(([key, text]) => /\s/.test(text) && text === english[key]);
    assert.deepEqual(
      alike.map(([key]) => key),
      ['audit.unknownAction'],
    );
  });
}

test('every language can be chosen', () => {
  const languages = readFileSync(path.join(source, 'language/languages.ts'), 'utf8');
  for (const file of locales) assert.ok(languages.includes(`../locales/${file}`), file);
});

test('every string the code uses exists', () => {
  const asked = [...everything.matchAll(/\bt\(\s*'([\w.]+)'/g)].map(([, key = '']) => key);
  assert.ok(asked.length > 200);
  const missing = asked.filter((key) => english[key] === undefined && english[`${key}_other`] === undefined);
  assert.deepEqual(missing, []);
});

test('every action that can be filtered for has a name and a sentence', () => {
  for (const action of actions) {
    assert.ok(english[`actionNames.${keyOfAction(action)}`], action);
    assert.ok(english[`sentences.${keyOfAction(action)}`], action);
  }
});

test('every string is used', () => {
  // Strings whose whole key is in the code, and families whose last part the code computes.
  const families = [...everything.matchAll(/`(\w+)\.\$\{/g)].map(([, family]) => `${family}.`);
  const unused = Object.keys(english).filter((key) => {
    const name = key.replace(/_(one|other)$/, '');
    return !everything.includes(`'${name}'`) && !families.some((family) => key.startsWith(family));
  });
  assert.deepEqual(unused, []);
});

test('no screen has hard-coded text', () => {
  // A command and punctuation.
  const allowed = /^(npm run bindery -- setup-token|·|–|→|←|…)$/;
  const found = code.flatMap(({ file, text }) => {
    const between = [...text.matchAll(/>\s*([^<>{}=;()\n]*\p{L}{2,}[^<>{}=;()\n]*)\s*<\//gu)].map(([, words = '']) =>
      words.trim(),
    );
    const attributes = [...text.matchAll(/\s(?:label|title|placeholder|aria-label|description|alt)="([^"]+)"/g)].map(
      ([, words = '']) => words,
    );
    return [...between, ...attributes].filter((words) => !allowed.test(words)).map((words) => `${file}: ${words}`);
  });
  assert.deepEqual(found, []);
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
}

function flatten(value: unknown, prefix = ''): Strings {
  if (typeof value === 'string') return { [prefix]: value };
  assert.ok(typeof value === 'object' && value !== null, prefix);
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, part]) => flatten(part, prefix === '' ? name : `${prefix}.${name}`)),
  );
}

function slotsOf(text: string): readonly string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();
}
