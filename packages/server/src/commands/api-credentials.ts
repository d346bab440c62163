import type { Command } from 'commander';
import { createApiCredential, deleteApiCredential, readApiCredentials } from '../actions/api-credentials.ts';
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
import { moment, print, sayToSaveSecret, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery api …` */
export function apiCommands(program: Command): void {
  const api = program.command('api').description('Manage API credentials, with which an API introspects tokens');
  createCommand(api);
  listCommand(api);
  deleteCommand(api);
}

function createCommand(api: Command): void {
  withExamples(
    withJson(api.command('create')),
    'bindery api create --name "Binders API" --audience https://api.example.com/api',
  )
    .description('Create an API credential and print its secret, which is shown only once')
    .requiredOption('--name <name>', 'Name of the API')
    .requiredOption('--audience <audience>', 'Audience whose tokens it may introspect')
    .action(async (options: ResultOptions & { name: string; audience: string }) => {
      const { credential, clientSecret } = await withStore((context, actor) =>
        createApiCredential(context, actor, { name: options.name, audience: options.audience }),
      );
      print(outputOf(options), { client_id: credential.id, client_secret: clientSecret }, [
        `client id: ${credential.id}`,
        `client secret: ${clientSecret}`,
      ]);
      sayToSaveSecret();
    });
}

function listCommand(api: Command): void {
  withExamples(withPages(api.command('list')), 'bindery api list')
    .description('List API credentials')
    .action(async (options: PageOptions) => {
      const items = await withStore((context) => readApiCredentials(context, pageOf(options)));
      print(
        outputOf(options),
        {
          items: items.map((item) => ({
            client_id: item.id,
            name: item.name,
            audience: item.audience,
            last_four: item.lastFour,
            created_at: timestamp(item.createdAt),
          })),
        },
        table(
          ['CLIENT ID', 'NAME', 'AUDIENCE', 'SECRET', 'CREATED'],
          items.map((item) => [item.id, item.name, item.audience, `…${item.lastFour}`, moment(item.createdAt, '')]),
        ),
      );
    });
}

function deleteCommand(api: Command): void {
  withExamples(withJson(api.command('delete <client-id>')), `bindery api delete ${exampleIds.api}`)
    .description('Delete an API credential; its requests are refused at once')
    .action(async (id: string, options: ResultOptions) => {
      const credential = await withStore((context, actor) => deleteApiCredential(context, actor, id));
      print(outputOf(options), { client_id: credential.id, deleted: true }, [
        `deleted ${credential.name} (${credential.id})`,
      ]);
    });
}
