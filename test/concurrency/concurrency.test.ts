import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { startBindery, startSecond } from '../support/bindery.ts';
import { testStore } from '../support/postgres-databases.ts';
import { concurrencyEnvironment, concurrencyGraceSeconds, createConcurrencyPeople } from './people.ts';
import { runConcurrency } from './run.ts';

const operations = 20_000;
const isShared = testStore === 'postgres';

test(`20,000 random refreshes, revocations and introspections break no rule${isShared ? ', over two servers' : ''}`, async () => {
  await using bindery = await startBindery({ env: concurrencyEnvironment });
  const people = await createConcurrencyPeople(bindery);
  await using second = isShared ? await startSecond(bindery, concurrencyEnvironment) : undefined;
  const binderies = second === undefined ? [bindery] : [bindery, second];
  const seed = randomInt(2 ** 31);
  const tally = await runConcurrency({
    binderies,
    people,
    operations,
    seed,
    graceSeconds: concurrencyGraceSeconds,
  });
  // Otherwise nothing could have gone wrong.
  const enough = {
    signIns: 40,
    rotations: 1000,
    retries: 50,
    reuses: 10,
    lateRetries: 1,
    revocations: 300,
    introspections: 5000,
  };
  for (const [name, least] of Object.entries(enough)) {
    assert.ok(tally[name as keyof typeof enough] >= least, `seed ${seed}: ${JSON.stringify(tally)}`);
  }
});
