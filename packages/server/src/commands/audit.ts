import { type Command, Option } from 'commander';
import type { AuditRecord } from '../domain/audit-entry.ts';
import { auditExportStep } from '../domain/limits.ts';
import { type AuditFilter, listAuditEntries } from '../store/audit.ts';
import { type AnswerOptions, answering, instant, outputOf, wholeNumber } from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

interface AuditOptions extends AnswerOptions {
  readonly org?: string;
  readonly client?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly outcome?: AuditFilter['outcome'];
  readonly from?: number;
  readonly to?: number;
  readonly tokens: boolean;
  readonly limit: number;
  readonly ndjson?: true;
}

/** `bindery audit` */
export function auditCommand(program: Command): void {
  answering(program.command('audit'))
    .description('show the newest entries of the audit trail')
    .option('--org <organization-id>', 'of one organization')
    .option('--client <client-id>', 'about one API client')
    .option('--actor <id>', 'of what one user, client or account of the command line did')
    .option('--action <action>', 'of one kind, such as client.create')
    .addOption(new Option('--outcome <outcome>', 'of one outcome').choices(['issued', 'done', 'refused']))
    .option('--from <time>', 'not before this day or moment, such as 2026-11-22', instant)
    .option('--to <time>', 'before this day or moment', instant)
    .option('--no-tokens', 'without what clients did at the token endpoint, which is most of it')
    .option('--limit <number>', 'how many, at most 1000', wholeNumber(1, 1000), 50)
    .option('--ndjson', 'print all of them, one JSON object a line')
    .addHelpText(
      'after',
      `
Examples:
  bindery audit --client client_0GVkWHzDT6yPOXqSWcBCGz --limit 10
  bindery audit --from 2026-11-01 --outcome refused --ndjson > refused.ndjson`,
    )
    .action(async (options: AuditOptions) => {
      if (options.ndjson) {
        await printAll(options);
        return;
      }
      const items = await withStore((context) => listAuditEntries(context.database.queries, filterOf(options)));
      print(
        outputOf(options),
        { items: items.map(toWire) },
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
}

/** Read in steps, so that a trail of any length never stands in memory at once. */
function printAll(options: AuditOptions): Promise<void> {
  return withStore(async (context) => {
    for (let before: string | undefined; ; ) {
      const page = { ...filterOf(options), limit: auditExportStep, ...(before === undefined ? {} : { before }) };
      const items = await listAuditEntries(context.database.queries, page);
      process.stdout.write(items.map((item) => `${JSON.stringify(toWire(item))}\n`).join(''));
      if (items.length < auditExportStep) {
        return;
      }
      before = items.at(-1)?.id;
    }
  });
}

function filterOf({ org, client, actor, action, outcome, from, to, tokens, limit }: AuditOptions): AuditFilter {
  return {
    limit,
    ...(org === undefined ? {} : { organizationId: org.toLowerCase() }),
    ...(client === undefined ? {} : { targetId: client }),
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(tokens ? {} : { withoutTokens: true }),
  };
}

function toWire(item: AuditRecord) {
  return { ...item, at: timestamp(item.at) };
}
