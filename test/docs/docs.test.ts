import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorEntries } from '@bindery/server/docs/errors.ts';
import { referencePages } from '@bindery/server/docs/pages.ts';
import { createClient } from '../support/arrange.ts';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { freePort } from '../support/ports.ts';
import { testStore } from '../support/postgres-databases.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = markdownFiles(root);

describe('the reference pages', () => {
  for (const [name, page] of Object.entries(referencePages)) {
    test(`docs/${name} matches the code; update it with: npm run docs`, () => {
      assert.equal(read(`docs/${name}`), page());
    });
  }

  test('every error code has one row with an anchor, and every row has a code that exists', () => {
    const rows = [...read('docs/integrators/reference/errors.md').matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)`/gm)];
    for (const [, anchor, code] of rows) {
      assert.equal(anchor, code);
    }
    const written = rows.map(([, anchor]) => anchor);
    const codes = [...new Set(errorEntries().map(({ code }) => code))];
    assert.deepEqual(written.toSorted(), codes.toSorted());
  });
});

describe('every page', () => {
  test('links only to files and headings that exist', () => {
    const broken = pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`));
    assert.deepEqual(broken, []);
  });

  test('can be reached from the README through links', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { file } of linksOf(page)) {
        if (file.endsWith('.md') && existsSync(join(root, file))) reached.add(file);
      }
    }
    const lost = pages.filter((page) => page.startsWith('docs/') && !reached.has(page));
    assert.deepEqual(lost, []);
  });

  test("names no folder of a developer's machine, no package registry, and no command that runs a third-party package", () => {
    const forbidden = [
      /(?<![\w.-])\/(work|root|home|Users|tmp)\//,
      /\bregistry\.[a-z]/,
      /\bnpx (?!--no-install )bindery/,
    ];
    const found = pages.flatMap((page) =>
      forbidden.flatMap((pattern) => {
        const match = pattern.exec(read(page));
        return match === null ? [] : [`${page}: ${match[0]}`];
      }),
    );
    assert.deepEqual(found, []);
  });
});

describe('docs/architecture.md', () => {
  const named = pathsIn('docs/architecture.md');

  test('and the decisions name only files and folders that exist, from the root or from packages/server/src/', () => {
    assert.ok(named.length > 60, 'the page names many paths');
    const decisions = pages.filter((page) => page.startsWith('docs/decisions/'));
    const missing = ['docs/architecture.md', ...decisions].flatMap((page) =>
      pathsIn(page)
        .filter((path) => !['', 'packages/server/src/'].some((from) => existsSync(join(root, from, path))))
        .map((path) => `${page}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  test('every name that it places in a file is there', () => {
    const claims = [...read('docs/architecture.md').matchAll(/`(\w+)`\s+in\s+`([\w./-]+\.ts)`/g)];
    assert.ok(claims.length >= 5);
    const wrong = claims.filter(([, name = '', path = '']) => {
      const file = [path, `packages/server/src/${path}`].find((one) => existsSync(join(root, one)));
      return file === undefined || !new RegExp(`\\b${name}\\b`).test(read(file));
    });
    assert.deepEqual(
      wrong.map(([claim]) => claim),
      [],
    );
  });

  test('names every folder with tests', () => {
    const folders = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unnamed = folders.map(({ name }) => `test/${name}/`).filter((folder) => !named.includes(folder));
    assert.deepEqual(unnamed, []);
  });
});

describe('what a page says to paste', () => {
  const runnable = pages.filter((page) => /^<!-- test: /m.test(read(page)));

  test('is marked as runnable in the README and in the guides', () => {
    assert.ok(runnable.includes('README.md'));
    assert.ok(
      runnable.filter((page) => /^docs\/(operators|owners|integrators|api-developers)\//.test(page)).length >= 3,
    );
  });

  // A page that reaches for the file of the embedded database works with that alone.
  const worksHere = (page: string): boolean =>
    testStore === 'sqlite' || !read(page).includes("require('better-sqlite3')");
  let bindery: Bindery;
  before(async () => {
    bindery = await startBindery();
  });
  after(() => bindery[Symbol.asyncDispose]());
  for (const page of runnable.filter(worksHere)) {
    test(`works against a running server, block by block: ${page}`, async (t) => {
      const missing = await missingTools(read(page));
      if (missing.length > 0) {
        t.skip(`${missing.join(' and ')} is not installed`);
        return;
      }
      await runPage(page, bindery);
    });
  }
});

interface Block {
  readonly name: string;
  /** What the block must print: every one of these. */
  readonly prints: readonly string[];
  readonly text: string;
}

/** Runs the marked shell blocks of a page in one shell, in a folder of its own that holds the page's marked files. */
async function runPage(page: string, bindery: Bindery): Promise<void> {
  const text = read(page);
  const blocks = blocksOf(text);
  assert.ok(blocks.length > 0, 'a mark stands before no block');
  // Inside the clone, so that packages and npm's scripts are found from there.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'docs-'));
  try {
    const adapt = await adaptTo(bindery, page);
    for (const [, name = '', content = ''] of text.matchAll(/^<!-- file: (\S+) -->\n+```\w*\n(.*?)^```$/gms)) {
      writeFileSync(join(folder, name), adapt(content));
    }
    const client = await createClient(bindery, { access: 'read' });
    const script = blocks.map((block) => `echo '${divider}'\n${adapt(block.text)}`).join('\n');
    const path = `${join(root, 'node_modules', '.bin')}:${join(root, 'sdks', 'shell')}:${process.env['PATH']}`;
    const finished = await runProgram('sh', ['-eu', '-c', script], {
      cwd: folder,
      env: {
        ...cleanEnvironment(),
        PATH: path,
        ...bindery.storeEnvironment,
        // Not in the cache of whoever runs the tests.
        XDG_CACHE_HOME: join(folder, 'cache'),
        ORGANIZATION_ID: client.organization_id,
        CLIENT_ID: client.client_id,
        CLIENT_SECRET: client.client_secret,
      },
    });
    assert.equal(finished.code, 0, `${finished.stdout}\n${finished.stderr}\n${bindery.log()}`);
    const printed = finished.stdout.split(`${divider}\n`).slice(1);
    for (const [index, block] of blocks.entries()) {
      for (const expected of block.prints) {
        assert.ok(
          printed[index]?.includes(expected),
          `“${block.name}” must print ${expected}, but printed:\n${printed[index]}\n${finished.stderr}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const divider = '---- block ----';

/** `<!-- test: name, prints A, prints B -->` before a shell block. */
function blocksOf(text: string): Block[] {
  const marked = /^<!-- test: (.+?) -->\n+```sh[^\n]*\n(.*?)^```$/gms;
  return [...text.matchAll(marked)].map(([, mark = '', block = '']) => {
    const [name = '', ...prints] = mark.split(', prints ');
    assert.ok(prints.length > 0, `“${name}” must say what it prints, else it cannot fail`);
    return { name, prints, text: block };
  });
}

/** Pages use example hosts and default ports, and share users; tests have their own ports, and each page its own users. */
async function adaptTo(bindery: Bindery, page: string): Promise<(text: string) => string> {
  const apiPort = String(await freePort());
  const users = page.replaceAll(/\W+/g, '-');
  return (text) =>
    text
      .replaceAll(/http:\/\/localhost:8080|https:\/\/(?:id|api)\.example\.com/g, bindery.url)
      .replaceAll('@example.com', `@${users}.example.com`)
      .replaceAll(/\b3000\b/g, apiPort);
}

async function missingTools(text: string): Promise<string[]> {
  const named = ['curl', 'jq'].filter((tool) => blocksOf(text).some((block) => block.text.includes(`${tool} `)));
  const answers = await Promise.all(named.map((tool) => runProgram('sh', ['-c', `command -v ${tool}`])));
  return named.filter((_, index) => answers[index]?.code !== 0);
}

/** What a page names in backticks and is a path: a folder with its slash, or a file with its extension. */
function pathsIn(page: string): string[] {
  const paths = read(page).matchAll(/`((?:[\w.-]+\/)*[\w.-]+(?:\/|\.(?:cjs|json|md|mjs|ts|tsx)))`/g);
  return [...paths].map(([, path = '']) => path);
}

interface Link {
  readonly file: string;
  readonly anchor: string | undefined;
  readonly text: string;
}

/** The links of a page that lead to somewhere in the clone. */
function linksOf(page: string): Link[] {
  const prose = read(page)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#', 2);
    const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    return [{ file, anchor, text: target }];
  });
}

function brokenLinks(page: string): string[] {
  return linksOf(page)
    .filter(({ file, anchor }) => {
      if (file.startsWith('..') || !existsSync(join(root, file))) return true;
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).has(anchor);
    })
    .map(({ text }) => text);
}

/** Headings as they are linked to, and anchors by hand. */
function anchorsOf(page: string): Set<string> {
  const text = read(page).replaceAll(/^```.*?^```$/gms, '');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

function markdownFiles(folder: string): string[] {
  const skipped = new Set(['node_modules', 'dist', 'data', '.git', '.cache']);
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return markdownFiles(path);
      return entry.name.endsWith('.md') ? [relative(root, path)] : [];
    });
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}
