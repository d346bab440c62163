import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LINES = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, ' ').split('\n');

function valuesOf(instruction: string): string[] {
  return LINES.filter((line) => line.startsWith(`${instruction} `)).map((line) =>
    line.slice(instruction.length + 1).trim(),
  );
}

function packageOf(name: string): { dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(ROOT, `packages/${name}/package.json`), 'utf8'));
}

test('everything the image copies from the clone exists and is not kept out by .dockerignore', () => {
  const kept = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const sources = valuesOf('COPY')
    .filter((value) => !value.startsWith('--from='))
    .flatMap((value) => value.split(/\s+/).slice(0, -1));
  assert.ok(sources.length > 5);
  for (const source of sources) {
    assert.ok(existsSync(join(ROOT, source)), source);
    assert.ok(kept.includes(`!${source.split('/')[0]}`), `${source} is ignored`);
  }
});

test('the image holds every package of ours that the server needs', () => {
  const copied = valuesOf('COPY')
    .filter((value) => !value.includes('package.json'))
    .join('\n');
  const needed = new Set(['server']);
  for (const name of needed) {
    const ours = Object.keys(packageOf(name).dependencies ?? {}).filter((one) => one.startsWith('@bindery/'));
    for (const one of ours) needed.add(one.slice('@bindery/'.length));
  }
  assert.ok(needed.has('guard'));
  for (const name of needed) assert.match(copied, new RegExp(`^packages/${name} `, 'm'));
});

test('the image does not run as root, and its process gets signals itself', () => {
  assert.deepEqual(valuesOf('USER'), ['10001:10001']);
  assert.deepEqual(
    valuesOf('ENTRYPOINT').map((value) => JSON.parse(value)),
    [['node', 'packages/server/bin/bindery.cjs']],
  );
  assert.deepEqual(
    valuesOf('CMD').map((value) => JSON.parse(value)),
    [['serve']],
  );
  assert.ok(existsSync(join(ROOT, 'packages/server/bin/bindery.cjs')));
});

test('the image brings no package for developers', () => {
  const install = valuesOf('RUN').find((value) => value.includes('npm ci')) ?? '';
  assert.match(install, /--omit=dev --omit=optional --ignore-scripts/);
  assert.ok(readdirSync(join(ROOT, 'packages')).includes('server'));
});
