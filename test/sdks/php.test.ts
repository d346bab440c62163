import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startDriver } from '../../sdks/conformance/driver.ts';
import {
  clientId,
  organizationId,
  type ScriptedIssuer,
  startScriptedIssuer,
} from '../../sdks/conformance/scripted-issuer.ts';
import { drivers, missingTool, testAgainstServer, testTable } from '../support/sdks.ts';

const skip = await missingTool([
  ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'],
  ['php', '-r', 'require "GuzzleHttp/autoload.php";'],
]);

// Stack traces with arguments, so that a secret in them is found.
const php = ['php', '-d', 'zend.exception_ignore_args=0', '-d', 'display_errors=stderr', `${drivers}driver.php`];
const inMemory = { name: 'PHP', command: [...php, 'memory'] };

testTable(inMemory, skip);
testTable({ name: 'PHP with a file cache', command: [...php, 'file'] }, skip);
testAgainstServer(inMemory, skip);

suite('the file cache of PHP', { skip }, () => {
  let issuer: ScriptedIssuer;
  let folder: string;

  before(async () => {
    issuer = await startScriptedIssuer({}, 'x-tenant-id');
    folder = mkdtempSync(join(tmpdir(), 'bindery-php-'));
  });
  after(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function fetchWith(cache: string): Promise<Readonly<Record<string, unknown>>> {
    const driver = startDriver({ name: 'PHP', command: [...php, cache] });
    try {
      const options = { issuer: issuer.url, clientId, clientSecret: issuer.secrets.current, organizationId };
      const started = await driver.ask({ do: 'start', options });
      return 'code' in started ? started : await driver.ask({ do: 'fetch', url: `${issuer.url}/api` });
    } finally {
      await driver.end();
    }
  }

  test('is shared with the next process, in files of mode 0600 without the secret', async () => {
    const cache = join(folder, 'made');
    assert.equal((await fetchWith(cache))['status'], 200);
    assert.equal((await fetchWith(cache))['status'], 200);
    assert.equal(issuer.seen.token.length, 1);
    assert.equal(statSync(cache).mode & 0o777, 0o700);
    for (const name of readdirSync(cache)) {
      assert.equal(statSync(join(cache, name)).mode & 0o777, 0o600, name);
      assert.ok(!readFileSync(join(cache, name), 'utf8').includes(issuer.secrets.current));
    }
  });

  test('does not trust a file that others can write', async () => {
    const cache = join(folder, 'loose');
    await fetchWith(cache);
    const [file = ''] = readdirSync(cache).filter((name) => name.endsWith('.json'));
    chmodSync(join(cache, file), 0o666);
    const before = issuer.seen.token.length;
    assert.equal((await fetchWith(cache))['status'], 200);
    assert.equal(issuer.seen.token.length, before + 1);
  });

  test('refuses a folder that others can write to, and a symbolic link', async () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    assert.equal((await fetchWith(open))['code'], 'configuration_wrong');
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'made'), link);
    assert.equal((await fetchWith(link))['code'], 'configuration_wrong');
  });
});
