import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startBindery } from '../support/bindery.ts';
import { runRevocationLoad } from '../support/revocation-load.ts';

describe('9.1 the revocation list is bounded', () => {
  test('167: a client that revokes tokens in a loop costs the others nothing', async () => {
    await using bindery = await startBindery({ env: { BINDERY_LOG_LEVEL: 'warn' } });
    // A hundredth of `node test/soak/revocations.ts`, which also shows times.
    const load = await runRevocationLoad(bindery, 2000);
    assert.ok(load.tokensDuring.count > 0);
  });
});
