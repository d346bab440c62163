import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLifetimes, cutoffEnd, cutoffId, cutoffsOf } from './cutoff.ts';

const hour = 3_600_000;

test('a cut-off is kept until the last token that it could concern has expired by the slowest clock', () => {
  const end = cutoffEnd(1_000_000, { lifetimeSeconds: 3600, olderTokensEnd: 0 });
  assert.ok(end >= 1_000_000 + hour + 60_000);
  assert.ok(end < 1_000_000 + hour + 120_000);
});

test('if token lifetimes become shorter, cut-offs are kept as long as the older tokens live', () => {
  const before = { lifetimeSeconds: 86_400, olderTokensEnd: 0 };
  const now = 10 * hour;
  const lifetimes = changedLifetimes(before, 3600, now);
  assert.deepEqual(lifetimes, { lifetimeSeconds: 3600, olderTokensEnd: now + 24 * hour });
  assert.ok(cutoffEnd(now + hour, lifetimes) >= now + 24 * hour + 60_000);
  const longer = changedLifetimes(lifetimes, 7200, now + hour);
  assert.equal(longer.olderTokensEnd, now + 24 * hour, 'the longest earlier lifetime counts');
});

test('a member cut-off names the user in one organization', () => {
  assert.equal(cutoffId({ kind: 'member', userId: 'user_1', organizationId: 'o1' }), 'user_1 o1');
  assert.equal(cutoffId({ kind: 'client', id: 'client_1' }), 'client_1');
});

test("a client's own token stands on client and organization, a member's on user, membership and sign-in too", () => {
  const kinds = (subject: string, sessionId?: string) =>
    cutoffsOf({ organizationId: 'o1', clientId: 'c1', subject, ...(sessionId === undefined ? {} : { sessionId }) }).map(
      ({ kind }) => kind,
    );
  assert.deepEqual(kinds('c1'), ['organization', 'client']);
  assert.deepEqual(kinds('u1', 's1'), ['organization', 'client', 'user', 'member', 'session']);
});
