// Every block of TypeScript and JavaScript in these READMEs compiles under `strict` and runs as it is.
//
// To add a README, add its path to `readmes`. Each block is a module of its own, with its imports: copied into a file, it
// works. A name after the language (```ts guard.ts) names that file, so that later blocks can import it. A comment in the
// line before a block says how it is tested:
//   <!-- run -->                           it ends by itself with exit code 0 (so does a block without a comment)
//   <!-- run, prints TEXT -->              the same, and its output contains TEXT
//   <!-- serves: GET /things 401 -->       it listens on port 3000, which is replaced, and answers so
//   <!-- compiles only: WHY -->            it is not run
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/ports.ts';
import { cleanEnvironment, exitOf, runProgram } from '../support/programs.ts';
import { type CodeBlock, codeBlocksOf, writeBlocks } from '../support/readme-code.ts';
import { waitFor } from '../support/wait-for.ts';

const readmes = ['packages/guard/README.md', 'packages/binders/README.md', 'packages/conform/README.md'];

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

for (const readme of readmes) {
  describe(`the code in ${readme}`, () => {
    const blocks = codeBlocksOf(readme);
    /** Inside the clone, so that packages are found from there. */
    let folder: string;
    let port: number;

    before(async () => {
      mkdirSync(join(root, '.cache'), { recursive: true });
      folder = mkdtempSync(join(root, '.cache', 'readme-'));
      port = await freePort();
      writeBlocks(folder, blocks, port);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    test('compiles under strict', async () => {
      assert.ok(blocks.length > 0, 'there is no code');
      const { code, stdout } = await runProgram(process.execPath, [tsc, '-p', folder]);
      assert.equal(code, 0, stdout);
    });

    for (const block of blocks.filter(({ use }) => use.kind !== 'compile')) {
      test(`runs: ${block.file}`, () => runBlock(block, folder, port));
    }
  });
}

async function runBlock({ file, use }: CodeBlock, folder: string, port: number): Promise<void> {
  if (use.kind === 'run') {
    const { code, stdout, stderr } = await runProgram(process.execPath, [file], {
      cwd: folder,
      env: cleanEnvironment(),
    });
    assert.equal(code, 0, stdout + stderr);
    assert.ok(stdout.includes(use.prints ?? ''), stdout);
  } else if (use.kind === 'serve') {
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: cleanEnvironment(),
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = exitOf(child);
    try {
      const response = await waitFor(async () => {
        assert.equal(child.exitCode, null, errors);
        return fetch(`http://127.0.0.1:${port}${use.path}`, { method: use.method }).catch(() => undefined);
      });
      assert.equal(response.status, use.status, await response.text());
    } finally {
      child.kill();
      await ended;
    }
  }
}
