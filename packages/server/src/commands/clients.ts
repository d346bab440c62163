import { Argument, type Command, Option } from 'commander';
import {
  type ClientTarget,
  type ClientWithSecrets,
  createClient,
  deleteClient,
  readClient,
  readClients,
  requireOrganizationOfClient,
  updateClient,
} from '../actions/clients.ts';
import type { ActionContext } from '../actions/context.ts';
import { type DayOfUse, readClientUsage } from '../actions/usage.ts';
import { type Access, accesses, grantsOf } from '../domain/access.ts';
import type { ApiClient, ClientSecret } from '../domain/api-client.ts';
import { overviewDays } from '../domain/limits.ts';
import {
  duration,
  exampleIds,
  outputOf,
  type PageOptions,
  pageOf,
  type ResultOptions,
  withExamples,
  withJson,
  withOrganization,
  withPages,
} from './options.ts';
import { moment, print, sayToSaveSecret, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery client …`, except the commands for secrets, which are added to the returned command. */
export function clientCommands(program: Command): Command {
  const client = program.command('client').description('Manage API clients: the programs of an organization');
  createCommand(client);
  listCommand(client);
  showCommand(client);
  usageCommand(client);
  updateCommand(client);
  accessCommand(client);
  passwordGrantCommand(client);
  stateCommands(client);
  deleteCommand(client);
  return client;
}

interface CreateOptions extends ResultOptions {
  readonly org: string;
  readonly name: string;
  readonly access: Access;
  readonly expires?: number;
  readonly grant?: readonly string[];
}

function createCommand(client: Command): void {
  withExamples(
    withJson(withOrganization(client.command('create'))),
    `bindery client create --org ${exampleIds.organization} --name "Billing sync" --access read --expires 90d`,
  )
    .description('Create an API client and print its secret, which is shown only once')
    .requiredOption('--name <name>', 'Name of the API client')
    .addOption(new Option('--access <access>', 'What it may do').choices(accesses).makeOptionMandatory())
    .option('--expires <duration>', 'When its secret expires, such as 90d (default: never)', duration)
    .addOption(
      new Option(
        '--grant <grant...>',
        'Another grant type it may use; password is a legacy grant and includes refresh_token',
      ).choices(['client_credentials', 'password']),
    )
    .action(async (options: CreateOptions) => {
      const { client: created, clientSecret } = await withStore((context, actor) =>
        createClient(context, actor, {
          organizationId: options.org,
          name: options.name,
          access: options.access,
          grants: grantsOf(options.grant?.includes('password') === true),
          secretExpiresAt: expiryAfter(context, options.expires),
        }),
      );
      print(
        outputOf(options),
        {
          client_id: created.id,
          client_secret: clientSecret,
          organization_id: created.organizationId,
          name: created.name,
          access: created.access,
        },
        [
          `client id: ${created.id}`,
          `client secret: ${clientSecret}`,
          `organization id: ${created.organizationId}`,
          `name: ${created.name}`,
          `access: ${created.access}`,
        ],
      );
      sayToSaveSecret();
    });
}

function listCommand(client: Command): void {
  withExamples(
    withPages(withOrganization(client.command('list'))),
    `bindery client list --org ${exampleIds.organization}`,
  )
    .description('List the API clients of an organization')
    .action(async (options: PageOptions & { org: string }) => {
      const items = await withStore((context) => readClients(context, options.org, pageOf(options)));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['CLIENT ID', 'NAME', 'ACCESS', 'STATE', 'SECRETS', 'LAST USED'],
          items.map(({ client: item, secrets }) => [
            item.id,
            item.name,
            item.access,
            item.state,
            String(secrets.length),
            moment(lastUseOf(secrets), 'never'),
          ]),
        ),
      );
    });
}

function showCommand(client: Command): void {
  withExamples(withJson(client.command('show <client-id>')), `bindery client show ${exampleIds.client}`)
    .description('Show an API client and its valid secrets')
    .action(async (clientId: string, options: ResultOptions) => {
      const found = await withStore(async (context) => {
        const target = await clientTarget(context, clientId);
        return readClient(context, target.organizationId, target.clientId);
      });
      print(outputOf(options), toWire(found), [describe(found.client), ...found.secrets.map(describeSecret)]);
    });
}

function usageCommand(client: Command): void {
  withExamples(withJson(client.command('usage <client-id>')), `bindery client usage ${exampleIds.client}`)
    .description(`Show the token requests of an API client: last 24 hours, and by day for ${overviewDays} days`)
    .action(async (clientId: string, options: ResultOptions) => {
      const { lastDay, days } = await withStore(async (context) =>
        readClientUsage(context, await clientTarget(context, clientId)),
      );
      const used = days.filter(({ issued, refused }) => issued + refused > 0);
      const cellsOf = ({ date, issued, refused }: DayOfUse) => [date, String(issued), String(refused)];
      print(outputOf(options), { client_id: clientId, last_day: lastDay, days }, [
        `last 24 hours: ${lastDay.issued} issued, ${lastDay.refused} refused`,
        ...(used.length === 0
          ? [`no requests in ${overviewDays} days`]
          : table(['DAY', 'ISSUED', 'REFUSED'], used.map(cellsOf))),
      ]);
    });
}

function updateCommand(client: Command): void {
  withExamples(
    withJson(client.command('update <client-id>')),
    `bindery client update ${exampleIds.client} --description "Nightly export, server 4"`,
  )
    .description('Change the name or description of an API client')
    .option('--name <name>', 'New name')
    .option('--description <text>', 'New description, such as where it runs')
    .action(async (clientId: string, options: ResultOptions & { name?: string; description?: string }) => {
      const { name, description } = options;
      await change(clientId, options, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      });
    });
}

function accessCommand(client: Command): void {
  withExamples(withJson(client.command('access')), `bindery client access ${exampleIds.client} read`)
    .description('Change the access of an API client; lowering it to read revokes its current tokens')
    .argument('<client-id>')
    .addArgument(new Argument('<access>').choices(accesses))
    .action(async (clientId: string, access: Access, options: ResultOptions) => {
      await change(clientId, options, { access });
    });
}

function passwordGrantCommand(client: Command): void {
  withExamples(withJson(client.command('password-grant')), `bindery client password-grant ${exampleIds.client} off`)
    .description(
      'Allow or forbid an API client to sign users in with their passwords; off ends its sign-ins and revokes its tokens',
    )
    .argument('<client-id>')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (clientId: string, state: 'on' | 'off', options: ResultOptions) => {
      await change(clientId, options, { grants: grantsOf(state === 'on') });
    });
}

function stateCommands(client: Command): void {
  for (const [name, state, description] of [
    ['disable', 'disabled', 'Refuse all requests of an API client, at once'],
    ['enable', 'active', 'Allow a disabled API client to get tokens again'],
  ] as const) {
    withExamples(withJson(client.command(`${name} <client-id>`)), `bindery client ${name} ${exampleIds.client}`)
      .description(description)
      .action(async (clientId: string, options: ResultOptions) => {
        await change(clientId, options, { state });
      });
  }
}

function deleteCommand(client: Command): void {
  withExamples(withJson(client.command('delete <client-id>')), `bindery client delete ${exampleIds.client}`)
    .description('Delete an API client and its secrets; its audit entries stay')
    .action(async (clientId: string, options: ResultOptions) => {
      const deleted = await withStore(async (context, actor) =>
        deleteClient(context, actor, await clientTarget(context, clientId)),
      );
      print(outputOf(options), { client_id: deleted.id, deleted: true }, [`deleted ${deleted.name} (${deleted.id})`]);
    });
}

async function change(
  clientId: string,
  options: ResultOptions,
  changes: Parameters<typeof updateClient>[3],
): Promise<void> {
  const changed = await withStore(async (context, actor) =>
    updateClient(context, actor, await clientTarget(context, clientId), changes),
  );
  print(outputOf(options), clientToWire(changed), [describe(changed)]);
}

/** The client with the organization it belongs to; throws `not_found`. */
export async function clientTarget(context: ActionContext, clientId: string): Promise<ClientTarget> {
  return { organizationId: await requireOrganizationOfClient(context, clientId), clientId };
}

/** When something expires after a duration (epoch milliseconds); null for never. */
export function expiryAfter(context: ActionContext, milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : context.now() + milliseconds;
}

function describe(client: ApiClient): string {
  const description = client.description === '' ? '' : `, ${client.description}`;
  return `${client.name} (${client.id}): ${client.state}, ${client.access}, organization ${client.organizationId}${description}`;
}

function describeSecret({ lastFour, createdAt, expiresAt, lastUsedAt, lastUsedAddress }: ClientSecret): string {
  const from = lastUsedAddress === null ? '' : ` from ${lastUsedAddress}`;
  return `secret …${lastFour}: created ${moment(createdAt, '')}, expires ${moment(expiresAt, 'never')}, last used ${moment(lastUsedAt, 'never')}${from}`;
}

function clientToWire(client: ApiClient) {
  return {
    client_id: client.id,
    organization_id: client.organizationId,
    name: client.name,
    description: client.description,
    access: client.access,
    grants: client.grants,
    state: client.state,
    created_at: timestamp(client.createdAt),
  };
}

function toWire({ client, secrets }: ClientWithSecrets) {
  return {
    ...clientToWire(client),
    last_used_at: timestamp(lastUseOf(secrets)),
    secrets: secrets.map((secret) => ({
      last_four: secret.lastFour,
      created_at: timestamp(secret.createdAt),
      expires_at: timestamp(secret.expiresAt),
      last_used_at: timestamp(secret.lastUsedAt),
      last_used_address: secret.lastUsedAddress,
    })),
  };
}

function lastUseOf(secrets: readonly ClientSecret[]): number | null {
  const uses = secrets.flatMap(({ lastUsedAt }) => (lastUsedAt === null ? [] : [lastUsedAt]));
  return uses.length === 0 ? null : Math.max(...uses);
}
