import type { Command } from 'commander';
import { endSignIns, readSignIns } from '../actions/sign-ins.ts';
import { clientTarget } from './clients.ts';
import {
  exampleIds,
  outputOf,
  type PageOptions,
  pageOf,
  type ResultOptions,
  withExamples,
  withJson,
  withPages,
} from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** The commands of `bindery client` for the users who are signed in through a client; returns the same command. */
export function signInCommands(client: Command): Command {
  listCommand(client);
  endCommand(client);
  return client;
}

function listCommand(client: Command): void {
  withExamples(withPages(client.command('sign-ins <client-id>')), `bindery client sign-ins ${exampleIds.client}`)
    .description('List the users who are signed in through an API client with the password grant')
    .action(async (clientId: string, options: PageOptions) => {
      const { items, totalCount } = await withStore(async (context) =>
        readSignIns(context, await clientTarget(context, clientId), pageOf(options)),
      );
      print(
        outputOf(options),
        {
          items: items.map((item) => ({
            sign_in_id: item.id,
            user_id: item.userId,
            email: item.email,
            created_at: timestamp(item.createdAt),
            last_used_at: timestamp(item.lastUsedAt),
            last_used_address: item.lastUsedAddress,
          })),
          total_count: totalCount,
        },
        table(
          ['SIGN-IN ID', 'EMAIL', 'SINCE', 'LAST USED', 'FROM'],
          items.map((item) => [
            item.id,
            item.email,
            moment(item.createdAt, ''),
            moment(item.lastUsedAt, ''),
            item.lastUsedAddress ?? '',
          ]),
        ),
      );
    });
}

function endCommand(client: Command): void {
  withExamples(withJson(client.command('end-sign-ins <client-id>')), `bindery client end-sign-ins ${exampleIds.client}`)
    .description('End the sign-ins of users through an API client and revoke their tokens')
    .option('--sign-in <sign-in-id>', 'End only this one (default: all)')
    .action(async (clientId: string, options: ResultOptions & { readonly signIn?: string }) => {
      const ended = await withStore(async (context, actor) => {
        const which = options.signIn === undefined ? 'all' : { id: options.signIn };
        return endSignIns(context, actor, await clientTarget(context, clientId), which);
      });
      print(outputOf(options), { client_id: clientId, sign_ins_ended: ended }, [`sign-ins ended: ${ended}`]);
    });
}
