import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { listApiCredentials } from '@bindery/server/store/api-credentials.ts';
import { listAuditEntries, pruneAuditEntries } from '@bindery/server/store/audit.ts';
import type { AuditFilter } from '@bindery/server/store/audit-filter.ts';
import { type ClientFilter, ClientSearch } from '@bindery/server/store/client-list.ts';
import { pruneIdleSessions, pruneSessions } from '@bindery/server/store/console-sessions.ts';
import type { Database } from '@bindery/server/store/database.ts';
import { OrganizationMembers } from '@bindery/server/store/members.ts';
import { pruneLinks } from '@bindery/server/store/one-time-links.ts';
import { listOrganizations } from '@bindery/server/store/organizations.ts';
import { pruneRateLimits } from '@bindery/server/store/rate-limits.ts';
import { pruneRefreshFamilies, pruneSuccessors } from '@bindery/server/store/refresh-families.ts';
import { pruneRevokedTokens } from '@bindery/server/store/token-state.ts';
import { pruneClientHours, pruneUnknownRefusals, readUsage } from '@bindery/server/store/usage.ts';
import { listOperators, listUsers } from '@bindery/server/store/users.ts';
import { sql } from 'kysely';
import { startTestApp, type TestApp } from '../support/app.ts';
import { testStore } from '../support/postgres-databases.ts';
import { plansOf, type QueryPlan } from '../support/query-plans.ts';
import { clientIdOf, fillLargeStore } from '../support/store-filler.ts';

const clients = 300;
const busy = 'a0000000-0000-4000-8000-000000000001';
const other = 'b0000000-0000-4000-8000-000000000002';
const limit = 20;
const entries = 20_000;
const rowsReadMax = entries / 40;

describe('9.3 queries find what they look for by an index', () => {
  let server: TestApp;
  let database: Database;

  before(async () => {
    server = await startTestApp();
    database = server.context.database;
    for (const id of [busy, other]) {
      await database.queries
        .insertInto('organizations')
        .values({
          id,
          name: id,
          state: 'active',
          api_clients_enabled: 1,
          contact: null,
          created_at: 0,
          updated_at: 0,
          version: 1,
        })
        .execute();
    }
    await fillLargeStore(database, {
      clients,
      entries,
      now: server.context.now(),
      busy,
      other,
      report: () => undefined,
    });
    if (database.kind === 'postgres') {
      await sql`analyze`.execute(database.queries);
    }
  });
  after(() => server[Symbol.asyncDispose]());

  /** The plan of the one query that an action makes. */
  async function planOf(action: Parameters<typeof plansOf>[1]): Promise<QueryPlan> {
    const plans = await plansOf(database, action);
    assert.equal(plans.length, 1);
    const [plan] = plans;
    assert.ok(plan);
    return plan;
  }

  function expectNoScan({ sql: text, scanned }: QueryPlan): void {
    assert.deepEqual(scanned, [], text);
  }

  const inBusy = { organizationId: busy } as const;
  const people = { withoutTokens: true } as const;
  const user = { actorId: 'user_busy' } as const;
  const filters: readonly (readonly [string, Omit<AuditFilter, 'limit'>, RegExp])[] = [
    ['an organization', { ...inBusy, ...people }, /^audit_by_people_organization$/],
    ['an action', { ...inBusy, ...people, action: 'organization.update' }, /^audit_by_people_organization_action$/],
    ['an action of clients', { ...inBusy, ...people, action: 'token.revoke' }, /^audit_by_people_organization_action$/],
    ['a user', { ...inBusy, ...people, actorId: 'user_rare' }, /^audit_by_people_organization_actor$/],
    ['a target', { ...inBusy, ...people, targetId: clientIdOf(7) }, /^audit_by_people_target$/],
    ['days', { ...inBusy, ...people, from: 0, to: 1 }, /^audit_by_people_organization$/],
    ['the activity of a client', { ...inBusy, targetId: clientIdOf(7) }, /^audit_entries_by_target$/],
    ['its refusals', { ...inBusy, targetId: clientIdOf(7), outcome: 'refused' }, /^audit_by_target_outcome$/],
    ['its changes', { ...inBusy, targetId: clientIdOf(7), outcome: 'done' }, /^audit_by_target_outcome$/],
    ['all of an organization', inBusy, /^audit_entries_by_organization$/],
    ['people everywhere', people, /^audit_by_people$/],
    ['a user everywhere', user, /^audit_by_people_actor$/],
    ['a client as the actor', { actorId: clientIdOf(7) }, /^audit_entries_by_target$/],
    ['an action everywhere', { action: 'organization.update' }, /^audit_by_action$/],
    ['revocations of an organization', { ...inBusy, action: 'token.revoke' }, /^audit_by_organization_action$/],
    ['refusals everywhere', { outcome: 'refused' }, /^audit_by_outcome$/],
    ['refusals of an organization', { ...inBusy, outcome: 'refused' }, /^audit_by_organization_outcome$/],
    ['everything', {}, /^(sqlite_autoindex_audit_entries_1|audit_entries_pkey)$/],
  ];
  for (const [name, filter, index] of filters) {
    test(`the audit log by ${name}`, async () => {
      const plan = await planOf((queries) => listAuditEntries(queries, { ...filter, limit }));
      expectNoScan(plan);
      if (plan.rowsRead !== undefined) {
        // PostgreSQL knows how common each value is, and may put a few rows in order instead.
        assert.ok(plan.rowsRead <= rowsReadMax, `${plan.rowsRead} rows by ${plan.indexes}: ${plan.sql}`);
        return;
      }
      assert.equal(plan.indexes.length, 1, plan.sql);
      assert.match(plan.indexes[0] ?? '', index, plan.sql);
      // In the order of an index that has every column of the filter, no row is read that is not answered.
      assert.equal(plan.sorts, false, plan.sql);
    });
  }

  test('the audit log by any filters at once, in the order of the index', async () => {
    const given: Required<
      Pick<AuditFilter, 'organizationId' | 'targetId' | 'actorId' | 'action' | 'outcome' | 'withoutTokens'>
    > = {
      organizationId: busy,
      targetId: clientIdOf(7),
      actorId: 'user_busy',
      action: 'client.update',
      outcome: 'done',
      withoutTokens: true,
    };
    const names = Object.keys(given) as (keyof typeof given)[];
    const all = await database.queries.selectFrom('audit_entries').selectAll().orderBy('id', 'desc').execute();
    for (let bits = 0; bits < 2 ** names.length; bits += 1) {
      const filter = Object.fromEntries(
        names.filter((_, bit) => bits & (1 << bit)).map((name) => [name, given[name]]),
      ) as Partial<typeof given>;
      const [plan] = await plansOf(database, async (queries) => {
        const found = await listAuditEntries(queries, { ...filter, limit });
        const expected = all.filter(
          (row) =>
            (filter.organizationId ?? row.organization_id) === row.organization_id &&
            (filter.targetId ?? row.target_id) === row.target_id &&
            (filter.actorId ?? row.actor_id) === row.actor_id &&
            (filter.action ?? row.action) === row.action &&
            (filter.outcome ?? row.outcome) === row.outcome &&
            (filter.withoutTokens === undefined || row.actor_type !== 'client'),
        );
        assert.deepEqual(
          found.map(({ id }) => id),
          expected.slice(0, limit).map(({ id }) => id),
          JSON.stringify(filter),
        );
      });
      assert.ok(plan);
      expectNoScan(plan);
      if (testStore === 'sqlite') {
        assert.equal(plan.sorts, false, plan.sql);
      }
    }
  });

  test('clients of an organization, by name and by age, in the order of an index', async () => {
    for (const [filter, index] of [
      [{ sort: 'name' }, 'api_clients_by_name'],
      [{ sort: 'createdAt' }, 'api_clients_by_organization'],
    ] as const) {
      const [plan] = await plansOf(database, (queries) =>
        new ClientSearch(queries, busy, server.context.now()).list(filter, { size: limit, number: 2 }),
      );
      assert.ok(plan);
      expectNoScan(plan);
      assert.deepEqual(plan.indexes, [index], plan.sql);
      assert.equal(plan.sorts, false, plan.sql);
    }
  });

  test('the counts of an overview are those of the lists', async () => {
    const search = new ClientSearch(database.queries, busy, server.context.now());
    const count = (usage?: 'never' | 'idle' | 'expiring') =>
      search.count({ sort: 'name', ...(usage === undefined ? {} : { usage, state: 'active' }) });
    const expected = {
      all: await count(),
      expiring: await count('expiring'),
      never: await count('never'),
      idle: await count('idle'),
    };
    assert.deepEqual(await search.countForOverview(), expected);
    assert.ok(expected.never > 0 && expected.idle > 0, JSON.stringify(expected));
  });

  test('clients by every filter, the counts of an overview and usage', async () => {
    const now = server.context.now();
    const clientFilters: readonly ClientFilter[] = [
      { sort: 'lastUsedAt' },
      { sort: 'name', search: '0007' },
      { sort: 'name', search: 'client 29' },
      { sort: 'name', usage: 'never' },
      { sort: 'name', usage: 'idle', state: 'active', access: 'read' },
      { sort: 'name', usage: 'expiring' },
    ];
    const plans = [
      ...(await plansOf(database, async (queries) => {
        const search = new ClientSearch(queries, busy, now);
        for (const filter of clientFilters) {
          await search.list(filter, { size: limit, number: 1 });
          await search.count(filter);
        }
        await search.countForOverview();
      })),
      await planOf((queries) => readUsage(queries, { organizationId: busy }, 0)),
      await planOf((queries) => readUsage(queries, { organizationId: busy, clientId: clientIdOf(7) }, 0)),
    ];
    for (const plan of plans) {
      expectNoScan(plan);
    }
    const ofClient = plans.at(-1);
    assert.deepEqual(ofClient?.indexes, [
      testStore === 'sqlite' ? 'sqlite_autoindex_client_hours_1' : 'client_hours_key',
    ]);
  });

  test('members, users, operators, organizations and API credentials in the order of an index', async () => {
    const page = { size: limit, number: 1 };
    for (const [action, index] of [
      [(queries) => new OrganizationMembers(queries, busy).list(page), 'memberships_by_age'],
      [(queries) => listUsers(queries, page), 'users_by_age'],
      [(queries) => listOperators(queries), 'users_by_operator'],
      [(queries) => listOrganizations(queries, page), 'organizations_by_age'],
      [(queries) => listApiCredentials(queries, page), 'api_credentials_by_age'],
    ] as const satisfies readonly (readonly [Parameters<typeof plansOf>[1], string])[]) {
      const plan = await planOf(action);
      expectNoScan(plan);
      assert.ok(plan.indexes.includes(index), `${plan.indexes}: ${plan.sql}`);
      assert.equal(plan.sorts, false, plan.sql);
    }
  });

  test('every step of pruning', async () => {
    for (const [action, index] of [
      [(queries) => pruneAuditEntries(queries, 1, limit), /audit_entries/],
      [(queries) => pruneClientHours(queries, 1, limit), /client_hours_by_hour/],
      [(queries) => pruneUnknownRefusals(queries, 1, limit), /unknown_client_refusals/],
      [(queries) => pruneSessions(queries, 1, limit), /console_sessions_by_end/],
      [(queries) => pruneIdleSessions(queries, 1, limit), /console_sessions_by_use/],
      [(queries) => pruneLinks(queries, 1, limit), /one_time_links_by_end/],
      [(queries) => pruneRateLimits(queries, 1, limit), /rate_limits_by_end/],
      [(queries) => pruneRevokedTokens(queries, 1, limit), /revoked_tokens_by_end/],
      [(queries) => pruneSuccessors(queries, 1, limit), /refresh_families_by_rotation/],
      [(queries) => pruneRefreshFamilies(queries, 1, limit), /refresh_families_by_end/],
    ] as const satisfies readonly (readonly [Parameters<typeof plansOf>[1], RegExp])[]) {
      const plan = await planOf(action);
      expectNoScan(plan);
      assert.ok(
        plan.indexes.some((used) => index.test(used)),
        `${plan.indexes}: ${plan.sql}`,
      );
    }
  });

  test('an issued token enters none of the new indexes of the audit log', async () => {
    const rows =
      database.kind === 'sqlite'
        ? await sql<{
            text: string | null;
          }>`select sql as text from sqlite_master where type = 'index' and tbl_name = 'audit_entries'`.execute(
            database.queries,
          )
        : await sql<{
            text: string | null;
          }>`select indexdef as text from pg_indexes where tablename = 'audit_entries'`.execute(database.queries);
    const whole = rows.rows.filter(({ text }) => !/ where /i.test(text ?? ''));
    assert.equal(whole.length, 3, 'its key, its organization and its client');
    for (const { text } of rows.rows) {
      if (/ where /i.test(text ?? ''))
        assert.match(text ?? '', /(?:actor_type.*client|action.*token\.issue|outcome.*issued)/);
    }
  });
});
