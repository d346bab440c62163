import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase, organizations } from '../../../test/support/binders-app.ts';
import { testStore } from '../../../test/support/postgres-databases.ts';
import { createBindersStore } from './store.ts';

const fields = { name: 'Harbour', type: 'project' } as const;

test('the binders of one organization do not exist for another, whatever it calls', async (t) => {
  const db = await openDatabase(t);
  const store = createBindersStore(db);
  const first = store.inOrganization(organizations.first);
  const second = store.inOrganization(organizations.second);
  const kept = await first.add('AAAAAAAAA', fields, 1_000);
  assert.ok(kept);

  assert.deepEqual(await second.list({ limit: 10, offset: 0 }), []);
  assert.equal(await second.count(), 0);
  assert.equal(await second.find(kept.id), undefined);
  assert.equal(await second.add(kept.id, { name: 'Theirs', type: 'facility' }, 2_000), undefined);
  for (const precondition of ['any', [1]] as const) {
    assert.deepEqual(await second.update(kept.id, { name: 'Theirs' }, precondition, 2_000), { outcome: 'not_found' });
    assert.deepEqual(await second.delete(kept.id, precondition), { outcome: 'not_found' });
  }

  assert.deepEqual(await first.find(kept.id), kept);
  assert.equal(await first.count(), 1);
  assert.deepEqual(await first.list({ limit: 10, offset: 0 }), [kept]);
});

test('binders are listed newest first, and by id if their times are equal', async (t) => {
  const binders = createBindersStore(await openDatabase(t)).inOrganization(organizations.first);
  for (const [id, now] of [
    ['BBBBBBBBB', 2],
    ['CCCCCCCCC', 1],
    ['AAAAAAAAA', 2],
    ['DDDDDDDDD', 3],
  ] as const) {
    await binders.add(id, fields, now);
  }
  const ids = async (limit: number, offset: number) =>
    (await binders.list({ limit, offset })).map((binder) => binder.id.slice(0, 1)).join('');
  assert.equal(await ids(10, 0), 'DABC');
  assert.equal(await ids(2, 1), 'AB');
  assert.equal(await ids(2, 4), '');
});

test('of two changes of the same version one is made, and the other is told', async (t) => {
  const binders = createBindersStore(await openDatabase(t)).inOrganization(organizations.first);
  await binders.add('AAAAAAAAA', fields, 1);
  const changes = await Promise.all([
    binders.update('AAAAAAAAA', { name: 'One' }, [1], 2),
    binders.update('AAAAAAAAA', { name: 'Two' }, [1], 2),
  ]);
  assert.deepEqual(changes.map((change) => change.outcome).toSorted(), ['done', 'precondition_failed']);
  assert.equal((await binders.find('AAAAAAAAA'))?.version, 2);
  assert.deepEqual(await binders.delete('AAAAAAAAA', [1]), { outcome: 'precondition_failed' });
  assert.deepEqual(await binders.delete('AAAAAAAAA', []), { outcome: 'precondition_failed' });
  assert.deepEqual(await binders.delete('AAAAAAAAA', [1, 2]), { outcome: 'done', result: undefined });
  assert.deepEqual(await binders.delete('AAAAAAAAA', 'any'), { outcome: 'not_found' });
});

test('a change keeps the other fields and the creation time', async (t) => {
  const binders = createBindersStore(await openDatabase(t)).inOrganization(organizations.first);
  await binders.add('AAAAAAAAA', fields, 1_000);
  const change = await binders.update('AAAAAAAAA', { type: 'facility' }, 'any', 2_000);
  assert.deepEqual(change, {
    outcome: 'done',
    result: { id: 'AAAAAAAAA', name: 'Harbour', type: 'facility', createdAt: 1_000, updatedAt: 2_000, version: 2 },
  });
});

test('SQL in a value is only a value', async (t) => {
  const binders = createBindersStore(await openDatabase(t)).inOrganization(organizations.first);
  const name = `'; drop table binders; -- "`;
  await binders.add('AAAAAAAAA', { ...fields, name }, 1);
  assert.equal(await binders.find("' or '1'='1"), undefined);
  assert.equal((await binders.find('AAAAAAAAA'))?.name, name);
  assert.equal(await binders.count(), 1);
});

// How PostgreSQL reads a nearly empty table says nothing.
if (testStore === 'sqlite') {
  test('a page of the list is read from the index, without sorting', readsFromIndex);
}

async function readsFromIndex(t: TestContext): Promise<void> {
  const db = await openDatabase(t);
  const plan = await sql<{ detail: string }>`explain query plan
    select id from binders where organization_id = 'x' order by created_at desc, id limit 10`.execute(db);
  const details = plan.rows.map((row) => row.detail).join('\n');
  assert.match(details, /binders_by_organization/);
  assert.doesNotMatch(details, /TEMP B-TREE/);
}
