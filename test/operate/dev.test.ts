import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openPage, sees, startBrowser } from '../support/browser.ts';
import { copyClone } from '../support/clone.ts';
import { accepts, freePort } from '../support/ports.ts';
import { cleanEnvironment } from '../support/programs.ts';
import { waitFor } from '../support/wait-for.ts';

const posixOnly = process.platform === 'win32' ? 'needs process groups' : false;

describe('npm run dev', { skip: posixOnly }, () => {
  let clone = '';
  let url = '';
  let log = '';
  let ended: Promise<unknown> | undefined;
  let end = (_signal: NodeJS.Signals): void => undefined;

  const read = (path: string): string => readFileSync(join(clone, path), 'utf8');
  const write = (path: string, text: string): void => writeFileSync(join(clone, path), text);
  const versionNow = async (): Promise<unknown> => {
    const response = await fetch(`${url}/openapi.json`);
    assert.equal(response.status, 200, log);
    // Our own document.
    return ((await response.json()) as { info: { version: string } }).info.version;
  };

  before(async () => {
    clone = copyClone();
    const port = await freePort();
    url = `http://localhost:${port}`;
    const env = { ...cleanEnvironment(), PORT: String(port), BINDERY_DATA_DIR: join(clone, 'data') };
    // A group of its own, which is what Ctrl-C in a terminal ends.
    const npm = spawn('npm', ['run', 'dev'], { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (log += chunk));
    // The pipes close when their last holder is gone: Vite's process, the server's, and those between.
    ended = once(npm, 'close');
    end = (signal) => void (npm.pid !== undefined && process.kill(-npm.pid, signal));
    await waitFor(async () => {
      assert.doesNotMatch(log, /installing packages/, 'run `npm start` first: this clone is not installed');
      return ((await accepts(port)) && log.includes(' is listening on ')) || undefined;
    });
  });
  after(async () => {
    if (log !== '' && existsSync(clone)) {
      try {
        end('SIGKILL');
      } catch {
        // All of it has ended, as it should.
      }
      await ended;
    }
    rmSync(clone, { recursive: true, force: true });
  });

  test('a change of the server shows after a restart, and no request fails meanwhile', async () => {
    assert.notEqual(await versionNow(), '9.9.9');
    write('packages/server/src/version.ts', "export const version: string = '9.9.9';\n");
    await waitFor(async () => (await versionNow()) === '9.9.9' || undefined);
  });

  test('a change of a page of the portal shows', async () => {
    const path = 'docs/integrators/introduction.md';
    write(path, `${read(path)}\nA sentence that nobody has written.\n`);
    await waitFor(async () => (await (await fetch(`${url}/docs`)).text()).includes('nobody has written') || undefined);
  });

  test('code that does not start is reported, and the next change starts the server again', async () => {
    const path = 'packages/server/src/version.ts';
    const source = read(path);
    write(path, 'throw new Error();\n');
    await waitFor(async () => {
      const response = await fetch(`${url}/openapi.json`);
      const text = await response.text();
      if (response.status !== 502) return undefined;
      assert.match(text, /^the server did not start: /);
      return true;
    });
    write(path, source);
    await waitFor(async () => (await fetch(`${url}/openapi.json`)).status === 200 || undefined);
  });

  test("the console runs under the server's policy, and a change of it shows by itself", async (t) => {
    const browser = await startBrowser();
    t.after(() => browser.close());
    await using watched = await openPage(browser, { url });
    const response = await watched.page.goto(`${url}/setup`);
    const policy = response?.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self' 'nonce-/);
    assert.doesNotMatch(policy, /unsafe/);
    await sees(watched.page, 'Set up this server');
    const path = 'packages/console/src/locales/en.json';
    write(path, read(path).replace('Set up this server', 'Claim this server'));
    await sees(watched.page, 'Claim this server');
    watched.assertCalm();
  });

  test('Ctrl-C ends all of it', async () => {
    end('SIGINT');
    await ended;
    await assert.rejects(fetch(url));
  });
});
