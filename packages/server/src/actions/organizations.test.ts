import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, testActor } from '../../../../test/support/app.ts';
import { listAuditEntries } from '../store/audit.ts';
import { createOrganization, requireOrganization, switchOrganization } from './organizations.ts';

test('both switches of an organization change in one transaction, with one entry and one cut-off', async () => {
  await using server = await startTestApp();
  const { context } = server;
  const { queries } = context.database;
  const { id, version } = await createOrganization(context, testActor, { name: 'One' });
  const filter = { organizationId: id, action: 'organization.update', limit: 10 };
  const change = { state: 'disabled', apiClientsEnabled: false } as const;
  const changed = await switchOrganization(context, testActor, id, change);
  assert.deepEqual([changed.state, changed.apiClientsEnabled, changed.version], ['disabled', false, version + 1]);
  const entries = await listAuditEntries(queries, filter);
  assert.deepEqual(
    entries.map(({ details }) => details),
    [
      {
        before: { state: 'active', api_clients_enabled: true },
        after: { state: 'disabled', api_clients_enabled: false },
      },
    ],
  );
  assert.equal((await queries.selectFrom('cutoffs').select('subject').execute()).length, 1);

  assert.deepEqual(await switchOrganization(context, testActor, id, {}), changed, 'no switch, no change');
  assert.equal((await listAuditEntries(queries, filter)).length, 1);
  assert.equal((await requireOrganization(context, id)).version, version + 1);
});
