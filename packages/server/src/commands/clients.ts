import { Argument, type Command, Option } from 'commander';
import { rotateSecret } from '../actions/client-secrets.ts';
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
import { type Access, accesses, type GrantType } from '../domain/access.ts';
import type { ApiClient, ClientSecret } from '../domain/api-client.ts';
import { secretOverlapSecondsDefault } from '../domain/limits.ts';
import { clientChanges } from './changes.ts';
import {
  type AnswerOptions,
  answering,
  duration,
  durationOrNow,
  outputOf,
  type PageOptions,
  paged,
} from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';
import { clientUsageCommand } from './usage.ts';

const clientExample = 'client_0GVkWHzDT6yPOXqSWcBCGz';

/** `bindery client …` */
export function clientCommands(program: Command): void {
  const client = program.command('client').description('API clients: the programs of an organization');
  createCommand(client);
  listCommand(client);
  showCommand(client);
  clientUsageCommand(client);
  stateCommands(client);
  accessCommand(client);
  rotateCommand(client);
  clientChanges(client);
  deleteCommand(client);
}

function createCommand(client: Command): void {
  answering(client.command('create'))
    .description('make an API client; its secret is shown this once')
    .requiredOption('--org <organization-id>', 'the organization it belongs to')
    .requiredOption('--name <name>', 'what it is called')
    .addOption(new Option('--access <access>', 'what it may do').choices(accesses).makeOptionMandatory())
    .option('--expires <duration>', 'when its secret ends, such as 90d (default: never)', duration)
    .addOption(
      new Option(
        '--grant <grant...>',
        'another grant it may use; password is legacy and brings refresh_token with it',
      ).choices(['client_credentials', 'password']),
    )
    .addHelpText(
      'after',
      '\nExample:\n  bindery client create --org 6f1d7f0a-0000-4000-8000-000000000000 --name "Billing sync" --access read --expires 90d',
    )
    .action(async (options: AnswerOptions & CreateOptions) => {
      const made = await withStore((context, actor) =>
        createClient(context, actor, {
          organizationId: options.org,
          name: options.name,
          access: options.access,
          grants: grantsOf(options.grant ?? []),
          secretExpiresAt: endOf(context, options.expires),
        }),
      );
      const { client: api, clientSecret } = made;
      print(
        outputOf(options),
        {
          client_id: api.id,
          client_secret: clientSecret,
          organization_id: api.organizationId,
          name: api.name,
          access: api.access,
        },
        [
          `client id: ${api.id}`,
          `client secret: ${clientSecret}`,
          `organization id: ${api.organizationId}`,
          `name: ${api.name}`,
          `access: ${api.access}`,
        ],
      );
      say('Store the secret now: only its hash is kept, and it cannot be shown again.');
    });
}

interface CreateOptions {
  readonly org: string;
  readonly name: string;
  readonly access: Access;
  readonly expires?: number;
  readonly grant?: readonly string[];
}

/** Every client has client credentials; the password grant is of no use without refresh tokens. */
function grantsOf(asked: readonly string[]): readonly GrantType[] {
  return asked.includes('password') ? ['client_credentials', 'password', 'refresh_token'] : ['client_credentials'];
}

function listCommand(client: Command): void {
  paged(client.command('list'))
    .description("list an organization's API clients")
    .requiredOption('--org <organization-id>', 'the organization')
    .addHelpText('after', '\nExample:\n  bindery client list --org 6f1d7f0a-0000-4000-8000-000000000000')
    .action(async (options: PageOptions & { org: string }) => {
      const page = { size: options.pageSize, number: options.page };
      const items = await withStore((context) => readClients(context, options.org, page));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['CLIENT ID', 'NAME', 'ACCESS', 'STATE', 'SECRETS', 'LAST USED'],
          items.map(({ client: api, secrets }) => [
            api.id,
            api.name,
            api.access,
            api.state,
            String(secrets.length),
            moment(lastUseOf(secrets), 'never'),
          ]),
        ),
      );
    });
}

function showCommand(client: Command): void {
  answering(client.command('show <client-id>'))
    .description('show one API client and its live secrets')
    .addHelpText('after', `\nExample:\n  bindery client show ${clientExample}`)
    .action(async (clientId: string, options: AnswerOptions) => {
      const found = await withStore(async (context) => {
        const target = await targetOf(context, clientId);
        return readClient(context, target.organizationId, target.clientId);
      });
      const { client: api, secrets } = found;
      print(outputOf(options), toWire(found), [
        describe(api),
        ...secrets.map(
          (secret) =>
            `secret …${secret.lastFour}: made ${moment(secret.createdAt, '')}, ends ${moment(secret.expiresAt, 'never')}, last used ${moment(secret.lastUsedAt, 'never')}${secret.lastUsedAddress === null ? '' : ` from ${secret.lastUsedAddress}`}`,
        ),
      ]);
    });
}

function stateCommands(client: Command): void {
  for (const [name, state] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    answering(client.command(`${name} <client-id>`))
      .description(state === 'active' ? 'let it get tokens again' : 'refuse it from the next request on')
      .addHelpText('after', `\nExample:\n  bindery client ${name} ${clientExample}`)
      .action(async (clientId: string, options: AnswerOptions) => {
        const api = await withStore(async (context, actor) =>
          updateClient(context, actor, await targetOf(context, clientId), { state }),
        );
        print(outputOf(options), clientToWire(api), [describe(api)]);
      });
  }
}

function accessCommand(client: Command): void {
  answering(client.command('access'))
    .description('change what an API client may do; read ends the tokens that it already has')
    .argument('<client-id>')
    .addArgument(new Argument('<access>').choices(accesses))
    .addHelpText('after', `\nExample:\n  bindery client access ${clientExample} read`)
    .action(async (clientId: string, access: Access, options: AnswerOptions) => {
      const api = await withStore(async (context, actor) =>
        updateClient(context, actor, await targetOf(context, clientId), { access }),
      );
      print(outputOf(options), clientToWire(api), [describe(api)]);
    });
}

function rotateCommand(client: Command): void {
  answering(client.command('rotate <client-id>'))
    .description('make a second secret and give the first an end; the new one is shown this once')
    .addOption(
      new Option('--overlap <duration>', 'how much longer the old one works, or now')
        .argParser(durationOrNow)
        .default(secretOverlapSecondsDefault * 1000, '24h'),
    )
    .option('--expires <duration>', 'when the new one ends, such as 90d (default: never)', duration)
    .addHelpText(
      'after',
      `\nExamples:\n  bindery client rotate ${clientExample}\n  bindery client rotate ${clientExample} --overlap now   (it leaked: ends every older secret at once)`,
    )
    .action(async (clientId: string, options: AnswerOptions & { overlap: number; expires?: number }) => {
      const made = await withStore(async (context, actor) =>
        rotateSecret(context, actor, await targetOf(context, clientId), {
          overlapMilliseconds: options.overlap,
          secretExpiresAt: endOf(context, options.expires),
        }),
      );
      print(
        outputOf(options),
        {
          client_id: made.client.id,
          client_secret: made.clientSecret,
          previous_secret_expires_at: timestamp(made.previousSecretExpiresAt),
        },
        [
          `client id: ${made.client.id}`,
          `client secret: ${made.clientSecret}`,
          `the previous secret ends: ${moment(made.previousSecretExpiresAt, '')}`,
        ],
      );
      say('Store the secret now: only its hash is kept, and it cannot be shown again.');
    });
}

function deleteCommand(client: Command): void {
  answering(client.command('delete <client-id>'))
    .description('delete an API client and its secrets for good; its audit entries stay')
    .addHelpText('after', `\nExample:\n  bindery client delete ${clientExample}`)
    .action(async (clientId: string, options: AnswerOptions) => {
      const api = await withStore(async (context, actor) =>
        deleteClient(context, actor, await targetOf(context, clientId)),
      );
      print(outputOf(options), { client_id: api.id, deleted: true }, [`deleted ${api.name} (${api.id})`]);
    });
}

async function targetOf(context: ActionContext, clientId: string): Promise<ClientTarget> {
  return { organizationId: await requireOrganizationOfClient(context, clientId), clientId };
}

function endOf(context: ActionContext, milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : context.now() + milliseconds;
}

function describe(api: ApiClient): string {
  return `${api.name} (${api.id}): ${api.state}, ${api.access}, organization ${api.organizationId}`;
}

function clientToWire(api: ApiClient) {
  return {
    client_id: api.id,
    organization_id: api.organizationId,
    name: api.name,
    access: api.access,
    grants: api.grants,
    state: api.state,
    created_at: timestamp(api.createdAt),
  };
}

function toWire({ client: api, secrets }: ClientWithSecrets) {
  return {
    ...clientToWire(api),
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
