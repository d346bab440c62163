import type { Command } from 'commander';
import { createApiCredential, deleteApiCredential, readApiCredentials } from '../actions/api-credentials.ts';
import { type AnswerOptions, answering, outputOf, type PageOptions, paged } from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery api …` */
export function apiCommands(program: Command): void {
  const api = program.command('api').description('API credentials: with which an API introspects tokens');

  answering(api.command('create'))
    .description('make an API credential; its secret is shown this once')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--audience <audience>', 'the audience whose tokens it sees')
    .addHelpText(
      'after',
      '\nExample:\n  bindery api create --name "Binders API" --audience https://api.example.com/api',
    )
    .action(async (options: AnswerOptions & { name: string; audience: string }) => {
      const { credential, clientSecret } = await withStore((context, actor) =>
        createApiCredential(context, actor, { name: options.name, audience: options.audience }),
      );
      print(outputOf(options), { client_id: credential.id, client_secret: clientSecret }, [
        `client id: ${credential.id}`,
        `client secret: ${clientSecret}`,
      ]);
      say('Store the secret now: only its hash is kept, and it cannot be shown again.');
    });

  paged(api.command('list'))
    .description('list API credentials')
    .addHelpText('after', '\nExample:\n  bindery api list')
    .action(async (options: PageOptions) => {
      const page = { size: options.pageSize, number: options.page };
      const items = await withStore((context) => readApiCredentials(context, page));
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

  answering(api.command('delete <client-id>'))
    .description('delete an API credential; it is refused from the next request on')
    .addHelpText('after', '\nExample:\n  bindery api delete api_0GVkWHzDT6yPOXqSWcBCGz')
    .action(async (id: string, options: AnswerOptions) => {
      const credential = await withStore((context, actor) => deleteApiCredential(context, actor, id));
      print(outputOf(options), { client_id: credential.id, deleted: true }, [
        `deleted ${credential.name} (${credential.id})`,
      ]);
    });
}
