import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../../../../test/support/app.ts';
import { cutOff } from '../actions/cut-off.ts';
import { createCutoffAlarm } from './cutoff-alarm.ts';

test('9.1 a long revocation list is warned of once an hour, with whom most of it is for', async () => {
  await using server = await startTestApp();
  const { context } = server;
  const warnings: object[] = [];
  const alarm = createCutoffAlarm(context, { warn: (details: object) => void warnings.push(details) }, 3);
  const add = (userId: string, organizationId: string) =>
    context.database.transaction((queries) => cutOff(context, queries, { kind: 'member', userId, organizationId }));
  await add('user_1', 'organization_1');
  await add('user_2', 'organization_1');
  await alarm();
  assert.deepEqual(warnings, []);
  await add('user_3', 'organization_2');
  await alarm();
  assert.deepEqual(warnings, [{ entries: 3, bytes_max: 4 * 1024 * 1024, organization_id: 'organization_1', of_it: 2 }]);
  server.advance(3_599_000);
  await alarm();
  assert.equal(warnings.length, 1);
  server.advance(1000);
  await alarm();
  assert.equal(warnings.length, 2);
});
