// `node test/soak/revocations.ts --revocations 200000`: whether others notice a client that revokes tokens in a loop.
// The store is SQLite, or with BINDERY_TEST_STORE=postgres PostgreSQL.
import { parseArgs } from 'node:util';
import { startBindery } from '../support/bindery.ts';
import { runRevocationLoad } from '../support/revocation-load.ts';

const { values } = parseArgs({ options: { revocations: { type: 'string', default: '200000' } } });
const revocations = Number(values.revocations);
if (!Number.isInteger(revocations) || revocations < 1) {
  process.stderr.write('--revocations must be a whole number\n');
  process.exit(2);
}

await using bindery = await startBindery({ env: { BINDERY_LOG_LEVEL: 'warn' } });
const load = await runRevocationLoad(bindery, revocations);
process.stdout.write(`${JSON.stringify(load)}\n`);
