import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import {
  clientId,
  organizationId,
  type ScriptedIssuer,
  startScriptedIssuer,
} from '../../sdks/conformance/scripted-issuer.ts';
import { type Finished, runProgram } from '../support/programs.ts';
import { drivers, missingTool, testAgainstServer, testTable } from '../support/sdks.ts';

const skip = await missingTool([
  ['curl', '--version'],
  ['jq', '--version'],
]);
const language = { name: 'shell', command: ['sh', `${drivers}driver.sh`] };
const program = new URL('../../sdks/shell/bindery-client', import.meta.url).pathname;

testTable(language, skip);
testAgainstServer(language, skip);

suite('the program bindery-client', { skip }, () => {
  let issuer: ScriptedIssuer;
  let folder: string;

  before(async () => {
    issuer = await startScriptedIssuer({}, 'x-tenant-id');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bindery-shell-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => issuer.close());

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = ''): Promise<Finished> {
    const settings = {
      BINDERY_ISSUER: issuer.url,
      BINDERY_CLIENT_ID: clientId,
      BINDERY_CLIENT_SECRET: issuer.secrets.current,
      BINDERY_ORGANIZATION_ID: organizationId,
      XDG_CACHE_HOME: folder,
      TMPDIR: folder,
    };
    return runProgram('sh', [program, ...args], { env: { ...process.env, ...settings, ...env }, stdin });
  }

  test('prints only the token, and leaves one file of mode 0600 without the secret', async () => {
    const { code, stdout, stderr } = await run(['token']);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.equal(stdout, `${issuer.tokens.at(-1)}\n`);
    assert.deepEqual(readdirSync(folder), ['bindery-client']);
    const cache = join(folder, 'bindery-client');
    assert.equal(statSync(cache).mode & 0o777, 0o700);
    const [file = '', ...more] = readdirSync(cache);
    assert.deepEqual(more, []);
    assert.equal(statSync(join(cache, file)).mode & 0o777, 0o600);
    assert.ok(!readFileSync(join(cache, file), 'utf8').includes(issuer.secrets.current));
  });

  test('reads the secret from a file, resolves a path against the API’s URL and sends standard input', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${issuer.secrets.current}\n`);
    const env = { BINDERY_CLIENT_SECRET: '', BINDERY_CLIENT_SECRET_FILE: file, BINDERY_API_URL: `${issuer.url}/v1/` };
    const { code, stdout } = await run(['fetch', 'PUT', '/things', '--data-binary', '@-'], env, 'from a pipe');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { status: 200, method: 'PUT', body: 'from a pipe' });
    assert.equal(issuer.seen.api.at(-1)?.url, '/v1/things');
  });

  const elsewhere = otherFileSystem(tmpdir());
  test('takes its lock although temporary files are on another file system than the cache', {
    skip: elsewhere === undefined && 'this machine has one file system only',
  }, async () => {
    const temporary = mkdtempSync(join(elsewhere ?? '', 'bindery-shell-'));
    try {
      const { code, stderr } = await run(['token'], { TMPDIR: temporary });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.equal(readdirSync(join(folder, 'bindery-client')).length, 1);
      assert.deepEqual(readdirSync(temporary), []);
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });

  test('breaks a lock whose holder has died', async () => {
    await run(['token']);
    const cache = join(folder, 'bindery-client');
    const [file = ''] = readdirSync(cache);
    const dead = await runProgram('sh', ['-c', 'echo $$']);
    writeFileSync(join(cache, file.replace('.json', '.lock')), dead.stdout);
    rmSync(join(cache, file));
    const { code, stdout } = await run(['token']);
    assert.equal(code, 0);
    assert.equal(stdout, `${issuer.tokens.at(-1)}\n`);
    assert.deepEqual(readdirSync(cache), [file]);
  });

  test('overwrites a broken cache, and does not trust one that others can write', async () => {
    const first = (await run(['token'])).stdout;
    const [file = ''] = readdirSync(join(folder, 'bindery-client'));
    const path = join(folder, 'bindery-client', file);
    chmodSync(path, 0o666);
    const second = (await run(['token'])).stdout;
    assert.notEqual(second, first);
    writeFileSync(path, '{"key"', { mode: 0o600 });
    chmodSync(path, 0o600);
    const third = (await run(['token'])).stdout;
    assert.notEqual(third, second);
    assert.equal((await run(['token'])).stdout, third);
  });

  test('refuses a cache folder that others can write to', async () => {
    mkdirSync(join(folder, 'bindery-client'));
    chmodSync(join(folder, 'bindery-client'), 0o777);
    const { code, stderr } = await run(['token']);
    assert.equal(code, 78);
    assert.match(stderr, /^bindery-client: configuration_wrong: /);
  });

  for (const [args, code, pattern] of [
    [[], 64, /usage/],
    [['fetch', 'GET'], 64, /usage/],
    [['fetch', 'get', '/'], 64, /capitals/],
    [['fetch', 'GET', 'http://api.example.com'], 64, /url_refused/],
  ] as const) {
    test(`exits with ${code} for ${JSON.stringify(args)}`, async () => {
      const finished = await run(args);
      assert.equal(finished.code, code);
      assert.match(finished.stderr, pattern);
    });
  }

  test('exits with 22 when the API refuses, and prints its response', async () => {
    const { code, stdout, stderr } = await run(['fetch', 'GET', '/x?secret=1'], { BINDERY_TENANT_HEADER: 'x-wrong' });
    assert.equal(code, 22);
    assert.equal(JSON.parse(stdout).status, 401);
    assert.match(stderr, /responded with 401$/m);
    assert.ok(!stderr.includes('secret=1'));
  });
});

/** A folder for temporary files on another file system than a given one. */
function otherFileSystem(folder: string): string | undefined {
  const deviceOf = (path: string): number => statSync(path).dev;
  return ['/dev/shm', '/var/tmp', '/tmp'].find((path) => existsSync(path) && deviceOf(path) !== deviceOf(folder));
}
