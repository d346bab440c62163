import { type Command, Option } from 'commander';
import type { AuditRecord } from '../domain/audit-entry.ts';
import { auditExportStep } from '../domain/limits.ts';
import { listAuditEntries } from '../store/audit.ts';
import type { AuditFilter } from '../store/audit-filter.ts';
import { instanceParty } from '../store/reader.ts';
import { exampleIds, instant, outputOf, type ResultOptions, wholeNumber, withExamples, withJson } from './options.ts';
import { jsonLine, moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

interface AuditOptions extends ResultOptions {
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
  withExamples(
    withJson(program.command('audit')),
    `bindery audit --client ${exampleIds.client} --limit 10`,
    'bindery audit --from 2026-11-01 --outcome refused --ndjson > refused.ndjson',
  )
    .description('Show the latest entries of the audit log')
    .option('--org <organization-id>', 'Only entries of this organization')
    .option('--client <client-id>', 'Only entries about this API client')
    .option('--actor <id>', 'Only actions by this user, API client or command line account')
    .option('--action <action>', 'Only this action, such as client.create')
    .addOption(new Option('--outcome <outcome>', 'Only this outcome').choices(['issued', 'done', 'refused']))
    .option('--from <time>', 'Only entries at or after this day or time, such as 2026-11-22', instant)
    .option('--to <time>', 'Only entries before this day or time', instant)
    .option('--no-tokens', 'Leave out requests to the OAuth endpoints, which are most entries')
    .option('--limit <number>', 'Number of entries, at most 1000', wholeNumber(1, 1000), 50)
    .option('--ndjson', 'Print all matching entries, one JSON object per line')
    .action(async (options: AuditOptions) => {
      if (options.ndjson) {
        await printAll(options);
        return;
      }
      const items = await withStore((context) =>
        listAuditEntries(context.database.reader.of(instanceParty), filterOf(options)),
      );
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['TIME', 'ACTOR', 'ACTION', 'TARGET', 'OUTCOME', 'REASON', 'ADDRESS'],
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

/** Reads in steps, so that memory does not grow with the length of the log. */
function printAll(options: AuditOptions): Promise<void> {
  return withStore(async (context) => {
    for (let before: string | undefined; ; ) {
      const page = { ...filterOf(options), limit: auditExportStep, ...(before === undefined ? {} : { before }) };
      const items = await listAuditEntries(context.database.reader.of(instanceParty), page);
      process.stdout.write(items.map((item) => jsonLine(toWire(item))).join(''));
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
