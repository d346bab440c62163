import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type OperationName, operations } from '@bindery/server/admin/contract/index.ts';
import { sql } from 'kysely';
import { type Bindery, startBindery } from '../support/bindery.ts';
import { callEverythingWrongly, ManagementCaller } from '../support/canary-management.ts';
import { useEveryEndpoint, useTokens } from '../support/canary-scenario.ts';
import { Canaries, readWholeStore } from '../support/canary-secrets.ts';
import { openStoreForTest } from '../support/stores.ts';

test('no secret of any endpoint appears in the log, the store, the audit export or a response, whatever fails', async () => {
  await using bindery = await startBindery({
    env: { BINDERY_LOG_LEVEL: 'trace', BINDERY_LIMIT_NETWORK: '100000', BINDERY_LIMIT_CLIENT: '100000' },
  });
  const canaries = new Canaries();
  // The setup link is for the operator who reads the terminal; it has expired meanwhile.
  const announced = /setup#t=[\w-]+/.exec(bindery.log())?.[0] ?? '';
  const { caller, cookie } = await useEveryEndpoint(bindery, canaries);
  // The keys are those of the contract itself.
  const names = Object.keys(operations) as OperationName[];
  assert.deepEqual(
    names.filter((name) => !caller.succeeded.has(name)),
    [],
    'operations that never succeeded here',
  );

  const failing = new ManagementCaller(bindery, canaries);
  await renameTables(bindery, (name) => [name, `${name}_gone`]);
  await callEverythingWrongly(failing, canaries, cookie);
  await useTokens(bindery, canaries, { client_id: 'client_gone', client_secret: 'canary secret of no client' });
  await renameTables(bindery, (name) => [`${name}_gone`, name]);
  assert.ok(failing.failed.size > 5, 'requests that failed within');

  assert.ok(canaries.size > 40);
  canaries.add('master key', readFileSync(join(bindery.dataDir, 'master-key'), 'utf8').trim());
  const log = bindery.log().replaceAll(announced, '');
  assert.match(log, /no such table|does not exist/);
  assert.deepEqual(canaries.foundIn(log), [], 'secrets in the log');
  assert.deepEqual(canaries.foundIn(await readWholeStore(bindery)), [], 'secrets in the store');
  const audit = await bindery.cli(['audit', '--limit', '1000', '--json']);
  assert.equal(audit.code, 0, audit.stderr);
  assert.ok(audit.stdout.includes('instance.set_up'), 'the whole audit log was read');
  assert.deepEqual(canaries.foundIn(audit.stdout), [], 'secrets in the audit log');
});

/** Tables that a request needs after authentication; without them it fails with an internal error. */
const tables = ['organizations', 'api_clients', 'one_time_links', 'refresh_families', 'signing_keys'] as const;

async function renameTables(
  bindery: Pick<Bindery, 'storeEnvironment'>,
  names: (table: string) => readonly [string, string],
): Promise<void> {
  await using store = await openStoreForTest(bindery);
  for (const [from, to] of tables.map(names)) {
    await sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(store.database.queries);
  }
}
