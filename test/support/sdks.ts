import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { type Language, startDriver } from '../../sdks/conformance/driver.ts';
import { cases, runCase } from '../../sdks/conformance/run-case.ts';
import { createClient, rotateSecret } from './arrange.ts';
import { startBindery } from './bindery.ts';
import { runProgram } from './programs.ts';

/** The folder of the driver programs. */
export const drivers = new URL('../../sdks/conformance/drivers/', import.meta.url).pathname;

/** The Python whose modules the system's packages install; another may stand first on PATH. */
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** The environment in which Python finds the client. */
export const pythonEnvironment = {
  PYTHONPATH: new URL('../../sdks/python/src/', import.meta.url).pathname,
  PYTHONDONTWRITEBYTECODE: '1',
};

/** The sentence for a skipped test, or false where every command line of `probes` succeeds. */
export async function missingTool(probes: readonly (readonly string[])[]): Promise<string | false> {
  for (const [program = '', ...args] of probes) {
    const code = await runProgram(program, args).then(
      (finished) => finished.code,
      () => undefined,
    );
    if (code !== 0) return `this machine lacks ${[program, ...args].join(' ')}`;
  }
  return false;
}

/** Tests a language's client against the table of cases. */
export function testTable(language: Language, skip: string | false = false): void {
  suite(`the client for ${language.name} passes the table`, { concurrency: 4, skip }, () => {
    for (const row of cases) {
      test(row.name, () => runCase(language, row));
    }
  });
}

/** Tests a language's client against a server, before and after its secret is rotated. */
export function testAgainstServer(language: Language, skip: string | false = false): void {
  test(`the client for ${language.name} calls a guarded API, and a rotation needs no restart`, { skip }, async () => {
    await using bindery = await startBindery();
    const client = await createClient(bindery, { access: 'read' });
    const rotated = await rotateSecret(bindery, client, 86_400_000);
    const options = {
      issuer: bindery.url,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      organizationId: client.organization_id,
    };
    const binders = { do: 'fetch', url: `${bindery.url}/api/binders` };
    const driver = startDriver(language);
    try {
      await driver.ask({ do: 'start', options: { ...options, nextClientSecret: rotated } });
      const answer = await driver.ask(binders);
      assert.equal(answer['status'], 200, JSON.stringify(answer));
      assert.equal(JSON.parse(String(answer['body'])).totalCount, 0);

      // The old secret has leaked and is revoked.
      const next = await rotateSecret(bindery, client);
      await driver.ask({ do: 'advance', seconds: 3601 });
      const refused = await driver.ask(binders);
      assert.equal(refused['code'], 'invalid_client', JSON.stringify(refused));
      assert.equal(refused['status'], 401);
      assert.match(String(refused['requestId']), /./);

      await driver.ask({ do: 'start', options: { ...options, nextClientSecret: next } });
      assert.equal((await driver.ask(binders))['status'], 200);
    } finally {
      await driver.end();
    }
    const output = driver.output() + bindery.log();
    for (const secret of [client.client_secret, rotated]) {
      assert.ok(!output.includes(secret), 'the output contains a secret');
    }
  });
}
