import assert from 'node:assert/strict';
import { test } from 'node:test';
import { founder, startSite } from '../../../../test/support/console.ts';
import { listAuditEntries } from '../store/audit.ts';
import { findUser, updateUser } from '../store/users.ts';
import { updateAccount } from './account.ts';

test("a change of one's own account is in the audit log, with the values before and after", async () => {
  await using site = await startSite();
  const { context } = site.server;
  const browser = await site.signedIn(site.operator);
  const body = { name: 'Ana Example', theme: 'dark' };
  const answer = await browser.call('updateAccount', { body });
  assert.equal(answer.status, 200, answer.text);
  const filter = { targetId: site.operator.id, action: 'user.update', limit: 10 };
  const [entry, ...others] = await listAuditEntries(context.database.queries, filter);
  assert.deepEqual(others, []);
  assert.deepEqual([entry?.actor.type, entry?.actor.id], ['user', site.operator.id]);
  assert.deepEqual(entry?.details, { before: { name: founder.name, theme: 'auto' }, after: body });
});

test('of two concurrent changes of one account only one is made; an invalid name is refused', async () => {
  await using site = await startSite();
  const { context } = site.server;
  const { queries } = context.database;
  const actor = { type: 'user', id: site.owner.id, address: null, userAgent: null, requestId: null } as const;
  const user = await findUser(queries, site.owner.id);
  assert.ok(user);
  await assert.rejects(updateAccount(context, actor, user, { name: 'a\u0007b' }), { code: 'invalid_input' });
  await updateUser(queries, user, { theme: 'light' }, context.now());
  await assert.rejects(updateAccount(context, actor, user, { theme: 'dark' }), { code: 'conflict' });
  assert.equal((await findUser(queries, user.id))?.theme, 'light');
  assert.deepEqual(await listAuditEntries(queries, { targetId: user.id, action: 'user.update', limit: 10 }), []);
});
