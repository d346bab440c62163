import type { Command } from 'commander';
import { openStore } from '../actions/open-store.ts';
import { loadConfig } from '../config.ts';
import { listAuditEntries } from '../store/audit.ts';
import { type AnswerOptions, answering, outputOf } from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery migrate`, `bindery audit` and `bindery healthcheck` */
export function maintenanceCommands(program: Command): void {
  program
    .command('migrate')
    .description('make the store, or bring it to the schema of this program; the server does the same when it starts')
    .addHelpText('after', '\nExample:\n  BINDERY_DATA_DIR=/var/lib/bindery bindery migrate')
    .action(async () => {
      const context = await openStore(loadConfig(), 'create', Date.now);
      say(`store: ${context.database.location} is ready`);
      await context.database.close();
    });

  answering(program.command('audit'))
    .description('show the newest entries of the audit trail')
    .option('--org <organization-id>', 'of one organization')
    .option('--client <client-id>', 'about one API client')
    .option('--limit <number>', 'how many, at most 1000', '50')
    .addHelpText('after', '\nExample:\n  bindery audit --client client_0GVkWHzDT6yPOXqSWcBCGz --limit 10')
    .action(async (options: AnswerOptions & { org?: string; client?: string; limit: string }) => {
      const limit = Math.min(Math.max(Number.parseInt(options.limit, 10) || 50, 1), 1000);
      const items = await withStore((context) =>
        listAuditEntries(context.database.queries, {
          limit,
          ...(options.org === undefined ? {} : { organizationId: options.org.toLowerCase() }),
          ...(options.client === undefined ? {} : { targetId: options.client }),
        }),
      );
      print(
        outputOf(options),
        { items: items.map((item) => ({ ...item, at: timestamp(item.at) })) },
        table(
          ['WHEN', 'WHO', 'WHAT', 'ABOUT', 'OUTCOME', 'REASON', 'FROM'],
          items.map((item) => [
            moment(item.at, ''),
            [item.actor.type, item.actor.id].filter((part) => part !== null).join(' '),
            item.action,
            item.target?.id ?? '',
            item.outcome,
            item.reason ?? '',
            item.actor.address ?? '',
          ]),
        ),
      );
    });

  program
    .command('healthcheck')
    .description('ask the server on this machine whether it is ready; exit code 0 or 1')
    .addHelpText('after', '\nExample:\n  PORT=9000 bindery healthcheck')
    .action(async () => {
      const { host, port } = loadConfig();
      const local = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      const response = await fetch(`http://${local}:${port}/readyz`, { signal: AbortSignal.timeout(5000) });
      if (!response.ok) {
        throw new Error(`the server is not ready: ${await response.text()}`);
      }
      say('ready');
    });
}
