import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { builds } from '../../scripts/setup/builds.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LINES = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, ' ').split('\n');

function valuesOf(instruction: string): string[] {
  return LINES.filter((line) => line.startsWith(`${instruction} `)).map((line) =>
    line.slice(instruction.length + 1).trim(),
  );
}

interface Stage {
  readonly name: string;
  readonly from: string;
  readonly lines: string[];
}

/** The stages of the image in their order; the last one is what is shipped. */
function readStages(): readonly Stage[] {
  const stages: Stage[] = [];
  for (const line of LINES) {
    const [, from, name = ''] = /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? [];
    if (from !== undefined) stages.push({ name, from, lines: [] });
    else stages.at(-1)?.lines.push(line);
  }
  return stages;
}

/** What a stage does, after the stages that it is based on. */
function linesBefore(stages: readonly Stage[], { from, lines }: Stage): readonly string[] {
  const parent = stages.find(({ name }) => name === from);
  return parent === undefined ? lines : [...linesBefore(stages, parent), ...lines];
}

function packageOf(name: string): { dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(ROOT, `packages/${name}/package.json`), 'utf8'));
}

test('everything the image copies from the clone exists and is not excluded by .dockerignore', () => {
  const kept = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const sources = valuesOf('COPY')
    .filter((value) => !value.startsWith('--from='))
    .flatMap((value) => value.split(/\s+/).slice(0, -1));
  assert.ok(sources.length > 5);
  for (const source of sources) {
    assert.ok(existsSync(join(ROOT, source)), source);
    assert.ok(kept.includes(`!${source.split('/')[0]}`) || kept.includes(`!${source}`), `${source} is ignored`);
  }
});

test('the image contains every workspace package that the server needs', () => {
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

test('the image builds everything that a start in a clone builds, from all its inputs, and ships it', () => {
  const stages = readStages();
  const shipped = stages.at(-1)?.lines ?? [];
  assert.ok(builds.length > 1);
  for (const { name, inputs, output, command } of builds) {
    const stage = stages.find(({ lines }) => lines.some((line) => line.includes(`node ${command.join(' ')}`)));
    assert.ok(stage !== undefined, `no stage builds ${name}`);
    const sources = linesBefore(stages, stage)
      .flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(/\s+/) ?? [])
      .filter((source) => !source.endsWith('package.json') || inputs.includes(source));
    for (const input of inputs) {
      assert.ok(
        sources.some((source) => input === source || input.startsWith(`${source}/`)),
        `the stage ${stage.name} lacks ${input}`,
      );
    }
    const workspace = command[0]?.split('/src/')[0]?.split('/scripts/')[0];
    assert.ok(
      stage.lines.some((line) => line.includes(`npm ci --workspace ${workspace} `)),
      `the stage ${stage.name} does not install what ${workspace} needs`,
    );
    const folder = dirname(output);
    assert.ok(shipped.includes(`COPY --from=${stage.name} /app/${folder} ${folder}`), `${output} is not shipped`);
  }
});

test('the image does not run as root, and its process receives signals directly', () => {
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

test('the image runs the Node version that a clone installs, pinned in full', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const pinned = Object.entries(optionalDependencies).filter(([name]) => /^node-(bin-)?(linux|darwin|win)-/.test(name));
  assert.equal(pinned.length, 5);
  const images = valuesOf('FROM').map((value) => value.split(' ')[0] ?? '');
  const bases = images.filter((image) => image.includes(':'));
  assert.ok(bases.length >= 2);
  for (const [name, version] of pinned) {
    for (const base of bases)
      assert.ok(base.startsWith(`node:${version}-`), `${name} is ${version}, the image ${base}`);
  }
});

test('the image contains no development dependencies', () => {
  const install = valuesOf('RUN').find((value) => value.includes('npm ci')) ?? '';
  assert.match(install, /--omit=dev --omit=optional --ignore-scripts/);
  assert.ok(readdirSync(join(ROOT, 'packages')).includes('server'));
});
