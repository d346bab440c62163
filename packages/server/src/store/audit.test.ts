import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, testActor } from '../../../../test/support/app.ts';
import { insertAuditEntry, listAuditEntries, pruneAuditEntries } from './audit.ts';
import { pruneClientHours, pruneUnknownRefusals } from './usage.ts';

test('entries are read back as written, newest first, and only by their own organization', async () => {
  await using server = await startTestApp();
  const { queries } = server.context.database;
  const entry = (at: number, organizationId: string, targetId: string) => ({
    at,
    actor: { ...testActor, address: '192.0.2.1', userAgent: 'x'.repeat(500), requestId: 'r' },
    organizationId,
    action: 'client.update',
    target: { type: 'client', id: targetId },
    outcome: 'done' as const,
    details: { before: { name: "'; --" }, after: { name: 'ø' } },
  });
  const at = server.context.now();
  for (const [index, organization] of ['ours', 'theirs', 'ours'].entries()) {
    await insertAuditEntry(queries, entry(at + index, organization, `client_${index}`));
  }
  const found = await listAuditEntries(queries, { organizationId: 'ours', limit: 10 });
  assert.deepEqual(
    found.map(({ target }) => target?.id),
    ['client_2', 'client_0'],
  );
  const { id, ...newest } = found[0] ?? { id: '' };
  const written = entry(at + 2, 'ours', 'client_2');
  assert.deepEqual(newest, { ...written, actor: { ...written.actor, userAgent: 'x'.repeat(200) } });
  assert.deepEqual(await listAuditEntries(queries, { organizationId: 'ours', targetId: 'client_1', limit: 10 }), []);
  const before = await listAuditEntries(queries, { organizationId: 'ours', before: id, limit: 10 });
  assert.equal(before.length, 1);
});

test('only what is older than the retention is deleted, in steps', async () => {
  await using server = await startTestApp();
  const { queries } = server.context.database;
  const { clientId, clientSecret } = await server.newClient();
  const ask = (client_secret: string) =>
    server.post('/connect/token', { grant_type: 'client_credentials', client_id: clientId, client_secret });
  await ask(clientSecret);
  await ask('wrong');
  await server.post('/connect/token', { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' });
  server.advance(10 * 3_600_000);
  await ask(clientSecret);
  const border = server.context.now() - 3_600_000;
  for (const [prune, expected] of [
    [pruneAuditEntries, 4],
    [pruneClientHours, 1],
    [pruneUnknownRefusals, 1],
  ] as const) {
    let removed = 0;
    while ((await prune(queries, border, 1)) === 1) {
      removed += 1;
    }
    assert.ok(removed >= expected, prune.name);
  }
  const left = await listAuditEntries(queries, { limit: 100 });
  assert.deepEqual(
    left.map(({ action, at }) => [action, at]),
    [['token.issue', server.context.now()]],
  );
  assert.equal((await queries.selectFrom('client_hours').selectAll().execute()).length, 1);
  assert.equal((await queries.selectFrom('unknown_client_refusals').selectAll().execute()).length, 0);
});
