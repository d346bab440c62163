import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutoffLimits } from '@bindery/server/domain/limits.ts';
import { startBindery } from '../support/bindery.ts';
import { runRevocationLoad } from '../support/revocation-load.ts';

describe('9.1 the revocation list is bounded', () => {
  test('167: a client that revokes tokens in a loop costs the others nothing', async () => {
    await using bindery = await startBindery({ env: { BINDERY_LOG_LEVEL: 'warn' } });
    // About a hundredth of `node test/soak/revocations.ts`, which also shows times; enough to reach the limit.
    const load = await runRevocationLoad(bindery, cutoffLimits.ofClient + 200);
    assert.ok(load.tokensDuring.count > 0);
  });
});
