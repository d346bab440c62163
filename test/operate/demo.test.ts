import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { binderyCommand } from '../support/bindery.ts';
import { cleanEnvironment, runProgram } from '../support/programs.ts';
import { postForm } from '../support/token-requests.ts';
import { waitFor } from '../support/wait-for.ts';

test('the demo prints commands that list binders when pasted, and leaves nothing behind', async () => {
  await using demo = startDemo();
  const lines = await demo.linesToPaste();
  assert.deepEqual(readdirSync(demo.folder).length, 1, 'it lives in one temporary folder');

  const pasted = await runProgram('bash', ['-c', lines]);
  assert.equal(pasted.code, 0, pasted.stderr);
  const { totalCount, items } = JSON.parse(pasted.stdout) as { totalCount: number; items: { name: string }[] };
  assert.equal(totalCount, 3);
  assert.equal(items.length, 3);

  const [, writerId = '', writerSecret = ''] = /client_id=(\S+)\n\s*client_secret=(\S+)\s*$/.exec(demo.said()) ?? [];
  const writer = { grant_type: 'client_credentials', client_id: writerId, client_secret: writerSecret };
  assert.equal((await postForm({ url: demo.url() }, '/connect/token', writer)).status, 200);

  assert.equal(await demo.interrupt(), 0);
  assert.deepEqual(readdirSync(demo.folder), []);
});

/** A demo with its temporary folder inside one of ours, so that leftovers are seen. */
function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'bindery-test-'));
  const child = spawn(process.execPath, [binderyCommand, 'demo'], {
    env: { ...cleanEnvironment(), TMPDIR: folder, TEMP: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const interrupt = (): Promise<number | null> => {
    child.kill('SIGINT');
    return ended;
  };
  return {
    folder,
    said: () => said,
    url: () => /Bindery demo: (\S+)/.exec(said)?.[1] ?? '',
    linesToPaste: () =>
      waitFor(() => /Paste this[^\n]*\n([\s\S]*)\n\nThe client above[\s\S]*client_secret=\S+\n/.exec(said)?.[1]),
    interrupt,
    async [Symbol.asyncDispose]() {
      await interrupt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
