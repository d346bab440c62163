import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../../../../test/support/app.ts';
import type { Decision, UnknownRefusals } from '../domain/token-decision.ts';
import { listAuditEntries } from '../store/audit.ts';
import { type ClientDecision, TokenDecisionWriter } from '../store/token-decisions.ts';
import { DecisionLog } from './decision-log.ts';

const hour = 3_600_000;
const origin = { address: '192.0.2.1', userAgent: null, requestId: null };

/** The real writer, but it counts its writes and can be told to fail. */
class WatchedWriter extends TokenDecisionWriter {
  readonly writes: number[] = [];
  failure: Error | undefined;

  override async write(decisions: readonly ClientDecision[], unknown: readonly UnknownRefusals[]): Promise<void> {
    this.writes.push(decisions.length);
    if (this.failure !== undefined) {
      throw this.failure;
    }
    await super.write(decisions, unknown);
  }
}

let server: TestApp;
let at = Date.UTC(2030, 0, 1);

before(async () => {
  server = await startTestApp();
});
after(() => server[Symbol.asyncDispose]());

function newLog(): { log: DecisionLog; writer: WatchedWriter } {
  // Each test has its own hour, so that none sees the counters of another.
  at += 10 * hour;
  const writer = new WatchedWriter(server.context.database);
  return { log: new DecisionLog(writer), writer };
}

const issued = (clientId: string): Decision => ({
  at,
  outcome: 'issued',
  clientId,
  organizationId: 'organization',
  origin,
});
const refused = (clientId: string): Decision => ({ ...issued(clientId), outcome: 'refused', reason: 'wrong_secret' });
const unknown = (address: string): Decision => ({
  at,
  outcome: 'refused',
  reason: 'unknown_client',
  clientId: undefined,
  origin: { ...origin, address },
});

const entriesOf = (targetId: string) => listAuditEntries(server.context.database.queries, { targetId, limit: 10_000 });

const refusalsInHour = () =>
  server.context.database.queries.selectFrom('unknown_client_refusals').selectAll().where('hour', '=', at).execute();

test('concurrent decisions are written together, in batches of at most 256', async () => {
  const { log, writer } = newLog();
  await Promise.all(Array.from({ length: 300 }, () => log.record(issued('client_group'))));
  assert.deepEqual(writer.writes, [256, 44]);
  assert.equal((await entriesOf('client_group')).length, 300);
  await log.record(issued('client_group'));
  assert.deepEqual(writer.writes, [256, 44, 1]);
});

test('a decision is on disk when record() resolves', async () => {
  const { log } = newLog();
  for (let count = 1; count <= 3; count += 1) {
    await log.record(issued('client_kept'));
    assert.equal((await entriesOf('client_kept')).length, count);
  }
});

test('a failed write stores nothing of its batch and rejects all of it, and the next one succeeds', async () => {
  const { log, writer } = newLog();
  writer.failure = new Error('disk full');
  const results = await Promise.allSettled([
    ...Array.from({ length: 20 }, () => log.record(issued('client_failed'))),
    log.record(unknown('192.0.2.7')),
  ]);
  assert.ok(results.every((result) => result.status === 'rejected' && result.reason === writer.failure));
  assert.equal(writer.writes.length, 1);
  assert.deepEqual(await entriesOf('client_failed'), []);
  assert.deepEqual(await refusalsInHour(), []);
  writer.failure = undefined;
  await log.record(issued('client_failed'));
  assert.equal((await entriesOf('client_failed')).length, 1);
});

test('one decision that cannot be written fails its whole batch', async () => {
  const { log } = newLog();
  const broken = { ...issued('client_broken'), details: { toJSON: () => assert.fail('no JSON') } };
  const results = await Promise.allSettled([log.record(issued('client_beside')), log.record(broken)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(await entriesOf('client_beside'), []);
});

test('271: refusals of unknown clients are counted by hour, address and reason, without audit entries', async () => {
  const { log } = newLog();
  await Promise.all(Array.from({ length: 50 }, () => log.record(unknown('192.0.2.8'))));
  await log.record(unknown('192.0.2.8'));
  const rows = await refusalsInHour();
  assert.deepEqual(
    rows.map(({ address, reason, refused }) => [address, reason, Number(refused)]),
    [['192.0.2.8', 'unknown_client', 51]],
  );
});

test('271: a thousand addresses per hour have counters of their own and all others share one, also after a restart', async () => {
  const { log } = newLog();
  await Promise.all(Array.from({ length: 1200 }, (_, index) => log.record(unknown(`2001:db8::${index.toString(16)}`))));
  const rows = await refusalsInHour();
  assert.equal(rows.length, 1001);
  assert.equal(rows.find(({ address }) => address === 'others')?.refused, 200);
  const restarted = new DecisionLog(new TokenDecisionWriter(server.context.database));
  await restarted.record(unknown('203.0.113.200'));
  assert.equal((await refusalsInHour()).length, 1001);
});

test('271: a thousand refusals of one client per hour get audit entries, the rest is counted; issued tokens always get one', async () => {
  const { log } = newLog();
  await Promise.all(Array.from({ length: 1100 }, () => log.record(refused('client_flood'))));
  await log.record(refused('client_quiet'));
  await log.record(issued('client_flood'));
  const entries = await entriesOf('client_flood');
  assert.equal(entries.filter(({ outcome }) => outcome === 'refused').length, 1000);
  assert.equal(entries.filter(({ outcome }) => outcome === 'issued').length, 1);
  assert.equal((await entriesOf('client_quiet')).length, 1);
  const hours = await server.context.database.queries
    .selectFrom('client_hours')
    .selectAll()
    .where('client_id', '=', 'client_flood')
    .execute();
  assert.deepEqual(
    hours.map(({ issued: tokens, refused: refusals }) => [Number(tokens), Number(refusals)]),
    [[1, 1100]],
  );
  at += hour;
  await log.record(refused('client_flood'));
  assert.equal((await entriesOf('client_flood')).length, 1002);
});
