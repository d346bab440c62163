import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, findProgram, runProgram } from '../support/programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const api = `
import express from 'express';
import { createGuard } from '@bindery/guard';
import { callerOf, expressGuard } from '@bindery/guard/express';
import { createTestIssuer } from '@bindery/guard/testing';

const tests = createTestIssuer();
const guard = createGuard(tests.guardOptions);
const app = express();
app.use(expressGuard(guard));
app.get('/things', (request, response) => response.json(callerOf(request)));
const server = app.listen(0, '127.0.0.1', async () => {
  const url = \`http://127.0.0.1:\${server.address().port}/things\`;
  const refused = await fetch(url);
  const caller = await (await fetch(url, { headers: tests.headers({ access: 'read' }) })).json();
  const written = await fetch(url, { method: 'POST', headers: tests.headers({ access: 'read' }) });
  console.log(JSON.stringify([refused.status, caller.access, written.status]));
  server.close();
});
`;

const caller = `
import { createClient } from '@bindery/client';

const options = { issuer: 'http://localhost:1', clientId: 'client_1', clientSecret: 'secret' };
try {
  createClient({ ...options, organizationId: 'no id' });
} catch (error) {
  console.log(error.code);
}
`;

const typed = `
import { type Caller, createGuard, type Guard } from '@bindery/guard';
import { createClient } from '@bindery/client';

export const guard: Guard = createGuard({ issuer: 'https://id.example.com', audience: 'https://api.example.com' });
export const organizationOf = ({ organizationId }: Caller): string => organizationId;
export const get = (client: ReturnType<typeof createClient>): Promise<Response> => client.fetch('https://api.example.com');
// @ts-expect-error An audience is needed.
createGuard({ issuer: 'https://id.example.com' });
`;

describe('the packed packages, in a project elsewhere', () => {
  let folder = '';
  let program = process.execPath;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bindery-packed-'));
    // The oldest Node that is promised, where this machine has it.
    program = (await findProgram('node', /^v20\./))?.path ?? process.execPath;
    const packed = await runProgram(process.execPath, [join(root, 'scripts/pack-packages.mjs'), folder]);
    assert.equal(packed.code, 0, packed.stderr);
    for (const archive of packed.stdout.trim().split('\n')) {
      const name = /bindery-(\w+)-[\d.]+\.tgz$/.exec(archive)?.[1] ?? '';
      const target = join(folder, 'node_modules/@bindery', name);
      mkdirSync(target, { recursive: true });
      const unpacked = await runProgram('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
      assert.equal(unpacked.code, 0, unpacked.stderr);
    }
    for (const name of ['jose', 'express']) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (name: string, text: string, node: string) => {
    writeFileSync(join(folder, name), text);
    return runProgram(node, [name], { cwd: folder, env: cleanEnvironment() });
  };

  test('the guard stands before an Express API', async () => {
    const finished = await run('api.mjs', api, program);
    assert.equal(finished.stdout.trim(), '[401,"read",403]', finished.stderr);
  });

  test('the client can be made, and says what is wrong', async () => {
    const finished = await run('caller.mjs', caller, program);
    assert.equal(finished.stdout.trim(), 'configuration_wrong', finished.stderr);
  });

  test('both have types', async () => {
    writeFileSync(join(folder, 'typed.ts'), typed);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'dom'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
    const finished = await runProgram(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  });
});
