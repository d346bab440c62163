// `node test/soak/large-store.ts --clients 100000 --entries 2000000`: whether one tenant's views, exports, usage and
// pruning hold the event loop that issues tokens to everybody. Each is run in the server's process, beside token
// requests; the longest turn of the loop is measured. With BINDERY_TEST_STORE=postgres the store is in PostgreSQL.
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KeyRing } from '@bindery/server/live/key-ring.ts';
import { startMaintenance } from '@bindery/server/live/maintenance.ts';
import { createLogger } from '@bindery/server/logger.ts';
import { binderyCommand } from '../support/bindery.ts';
import { type Browser, startSite } from '../support/console.ts';
import { testStore } from '../support/postgres-databases.ts';
import { runProgram } from '../support/programs.ts';
import { clientIdOf, fillLargeStore } from '../support/store-filler.ts';
import { LoopHolds } from './loop-holds.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    entries: { type: 'string', default: '2000000' },
    seconds: { type: 'string', default: '20' },
  },
});
const clients = wholeNumber('clients', values.clients);
const entries = wholeNumber('entries', values.entries);
const seconds = wholeNumber('seconds', values.seconds);

await using site = await startSite();
const { context } = site.server;
const busy = await site.newWorld();
say(`filling a store in ${testStore}`);
await fillLargeStore(context.database, {
  clients,
  entries,
  now: context.now(),
  busy: busy.organizationId,
  other: site.foreign.organizationId,
  report: progress,
});
say(`${clients} clients and ${entries} audit entries; ${sizes()}`);

/** What the console shows and what is exported of an organization. */
function views(browser: Browser, organizationId: string, clientId: string) {
  const view = (operation: Parameters<Browser['call']>[0], query = '') =>
    [
      `${operation} ${query}`,
      async () => {
        const answer = await browser.call(operation, { parameters: { organizationId, clientId }, query });
        if (answer.status !== 200) throw new Error(`${operation}: ${answer.status} ${answer.text}`);
      },
    ] as const;
  return [
    view('listAudit'),
    view('listAudit', '?action=organization.update'),
    view('listAudit', '?actor=user_rare'),
    view('getOverview'),
    view('listClients'),
    view('listClients', '?search=9999'),
    view('listClients', '?search=nothing+like+it'),
    view('listClients', '?sort=lastUsedAt'),
    view('listClients', '?usage=idle'),
    view('listClients', '?pageNumber=1900'),
    view('listActivity', '?outcome=refused'),
    view('getClientUsage'),
    view('exportAudit'),
  ];
}

// Once before, of an organization that has nothing: what is measured is not the compiler.
for (const [, show] of views(await site.signedIn(site.stranger), site.foreign.organizationId, site.foreign.clientId)) {
  await show();
}
// What the disk and the rest of the machine cost.
await measure('tokens alone', () => wait(5000));
for (const [name, show] of views(await site.signedIn(site.owner), busy.organizationId, clientIdOf(1))) {
  await measure(name, show);
}
await measure('the command line', async () => {
  for (const args of [
    ['audit', '--action', 'organization.update'],
    ['org', 'show', busy.organizationId],
  ]) {
    const finished = await runProgram(process.execPath, [binderyCommand, ...args], {
      env: { ...process.env, ...site.server.storeEnvironment },
      stdin: '',
    });
    if (finished.code !== 0) throw new Error(finished.stderr);
  }
});
await measure(`${seconds} seconds of pruning after the retention was halved`, async () => {
  const halved = { ...context, config: { ...context.config, auditRetentionDays: 200 } };
  const logger = createLogger(context.config, { write: (line) => process.stderr.write(line) });
  const stop = startMaintenance(halved, new KeyRing(halved), logger);
  await wait(seconds * 1000);
  stop();
});
const left = await context.database.queries
  .selectFrom('audit_entries')
  .select((expression) => expression.fn.countAll().as('count'))
  .executeTakeFirstOrThrow();
say(`${Number(left.count)} entries are left; ${sizes()}`);

/** Runs something beside a token request every few milliseconds and tells the longest turns of the loop. */
async function measure(name: string, action: () => Promise<unknown>): Promise<void> {
  await wait(100);
  const holds = new LoopHolds();
  let isDone = false;
  const tokens = (async () => {
    while (!isDone) {
      const answer = await site.server.post('/connect/token', {
        grant_type: 'client_credentials',
        client_id: site.foreign.clientId,
        client_secret: site.foreign.clientSecret,
      });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      await wait(5);
    }
  })();
  const began = performance.now();
  await action();
  const took = performance.now() - began;
  isDone = true;
  await tokens;
  say(`${name}: took ${took.toFixed(0)} ms; the longest turn ${holds.stop()}`);
}

function sizes(): string {
  if (testStore === 'postgres') return '';
  const file = `${site.server.storeEnvironment.BINDERY_DATA_DIR}/bindery.db`;
  return [file, `${file}-wal`]
    .map((path) => `${path.slice(-3)} ${Math.round(statSync(path).size / 1e6)} MB`)
    .join(', ');
}

function progress(done: number): void {
  const width = Math.round(done * 40);
  process.stderr.write(
    `\r[${'#'.repeat(width)}${'.'.repeat(40 - width)}] ${Math.round(done * 100)} %${done === 1 ? '\n' : ''}`,
  );
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    process.stderr.write(`--${name} must be a whole number above 0\n`);
    process.exit(2);
  }
  return number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
