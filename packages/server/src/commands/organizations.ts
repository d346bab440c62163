import { Argument, type Command } from 'commander';
import {
  createOrganization,
  deleteOrganization,
  readOrganizations,
  requireOrganization,
  switchOrganization,
  updateOrganizationDetails,
} from '../actions/organizations.ts';
import { type Attention, readOverview, sum } from '../actions/usage.ts';
import { parseEmail } from '../domain/email.ts';
import { expiringSoonDays, idleClientDays, overviewDays } from '../domain/limits.ts';
import type { Organization } from '../domain/organization.ts';
import { ApiError } from '../errors.ts';
import {
  exampleIds,
  orNone,
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

/** `bindery org …` */
export function organizationCommands(program: Command): void {
  const org = program.command('org').description('Manage organizations: the customers of your API');
  createCommand(org);
  listCommand(org);
  showCommand(org);
  updateCommand(org);
  stateCommands(org);
  apiClientsCommand(org);
  deleteCommand(org);
}

function createCommand(org: Command): void {
  withExamples(withJson(org.command('create')), 'bindery org create --name "Acme"')
    .description('Create an organization')
    .requiredOption('--name <name>', 'Name of the organization')
    .action(async (options: ResultOptions & { name: string }) => {
      const organization = await withStore((context, actor) => createOrganization(context, actor, options));
      print(outputOf(options), { organization_id: organization.id, name: organization.name }, [
        `organization id: ${organization.id}`,
        `name: ${organization.name}`,
      ]);
    });
}

function listCommand(org: Command): void {
  withExamples(withPages(org.command('list')), 'bindery org list --json')
    .description('List organizations')
    .action(async (options: PageOptions) => {
      const items = await withStore((context) => readOrganizations(context, pageOf(options)));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['ORGANIZATION ID', 'NAME', 'STATE', 'API CLIENTS', 'CREATED'],
          items.map((item) => [item.id, item.name, item.state, switchOf(item), moment(item.createdAt, '')]),
        ),
      );
    });
}

function showCommand(org: Command): void {
  withExamples(withJson(org.command('show <organization-id>')), `bindery org show ${exampleIds.organization}`)
    .description(
      `Show an organization, its token requests of the last ${overviewDays} days, and clients that need attention`,
    )
    .action(async (id: string, options: ResultOptions) => {
      const { organization, overview } = await withStore(async (context) => {
        const found = await requireOrganization(context, id);
        return { organization: found, overview: await readOverview(context, found.id) };
      });
      const requests = sum(overview.days);
      print(
        outputOf(options),
        {
          ...toWire(organization),
          contact: organization.contact,
          client_count: overview.clientCount,
          requests: { ...requests, days: overview.days },
          attention: {
            expiring: attentionToWire(overview.expiring),
            never_used: attentionToWire(overview.neverUsed),
            idle: attentionToWire(overview.idle),
          },
        },
        [
          describe(organization),
          `contact ${organization.contact ?? 'none'}, created ${moment(organization.createdAt, '')}`,
          `${overview.clientCount} API clients; token requests in ${overviewDays} days: ${requests.issued} issued, ${requests.refused} refused`,
          ...attentionLines(`secret expires within ${expiringSoonDays} days`, overview.expiring),
          ...attentionLines('never used', overview.neverUsed),
          ...attentionLines(`not used for ${idleClientDays} days`, overview.idle),
        ],
      );
    });
}

function updateCommand(org: Command): void {
  withExamples(
    withJson(org.command('update <organization-id>')),
    `bindery org update ${exampleIds.organization} --contact ana@example.com`,
  )
    .description('Change the name or contact address of an organization')
    .option('--name <name>', 'New name')
    .option('--contact <email>', 'Email address for notices, or none')
    .action(async (id: string, options: ResultOptions & { name?: string; contact?: string }) => {
      const { name, contact } = options;
      const changed = await withStore(async (context, actor) => {
        const { id: organizationId, version } = await requireOrganization(context, id);
        return updateOrganizationDetails(
          context,
          actor,
          { organizationId, version },
          {
            ...(name === undefined ? {} : { name }),
            ...(contact === undefined ? {} : { contact: orNone(contact, parseEmail) }),
          },
        );
      });
      print(outputOf(options), { organization_id: changed.id, name: changed.name, contact: changed.contact }, [
        `${changed.name} (${changed.id}), contact ${changed.contact ?? 'none'}`,
      ]);
    });
}

function stateCommands(org: Command): void {
  for (const [name, state, description] of [
    ['disable', 'disabled', 'Refuse all requests of its API clients and users, at once'],
    ['enable', 'active', 'Allow a disabled organization to get tokens again'],
  ] as const) {
    withExamples(withJson(org.command(`${name} <organization-id>`)), `bindery org ${name} ${exampleIds.organization}`)
      .description(description)
      .action(async (id: string, options: ResultOptions) => {
        printOrganization(
          options,
          await withStore((context, actor) => switchOrganization(context, actor, id, { state })),
        );
      });
  }
}

function apiClientsCommand(org: Command): void {
  withExamples(withJson(org.command('api-clients')), `bindery org api-clients off ${exampleIds.organization}`)
    .description('Turn API clients on or off for a whole organization')
    .addArgument(new Argument('<switch>').choices(['on', 'off']))
    .argument('<organization-id>')
    .action(async (position: string, id: string, options: ResultOptions) => {
      const change = { apiClientsEnabled: position === 'on' };
      printOrganization(options, await withStore((context, actor) => switchOrganization(context, actor, id, change)));
    });
}

function deleteCommand(org: Command): void {
  withExamples(withJson(org.command('delete <organization-id>')), `bindery org delete ${exampleIds.organization} --yes`)
    .description('Delete an organization with its API clients and binders; its audit log stays')
    .option('--yes', 'Confirm: this cannot be undone')
    .action(async (id: string, options: ResultOptions & { yes?: true }) => {
      if (options.yes !== true) {
        throw new ApiError('invalid_input', 'this cannot be undone; confirm with --yes');
      }
      const deleted = await withStore(async (context, actor) => {
        const organization = await requireOrganization(context, id);
        await deleteOrganization(context, actor, { organizationId: organization.id, version: organization.version });
        return organization;
      });
      print(outputOf(options), { organization_id: deleted.id, deleted: true }, [
        `deleted ${deleted.name} (${deleted.id})`,
      ]);
    });
}

function printOrganization(options: ResultOptions, organization: Organization): void {
  print(outputOf(options), toWire(organization), [describe(organization)]);
}

function describe(organization: Organization): string {
  return `${organization.name} (${organization.id}): ${organization.state}, API clients ${switchOf(organization)}`;
}

function switchOf(organization: Organization): 'on' | 'off' {
  return organization.apiClientsEnabled ? 'on' : 'off';
}

function toWire(organization: Organization) {
  return {
    organization_id: organization.id,
    name: organization.name,
    state: organization.state,
    api_clients: switchOf(organization),
    created_at: timestamp(organization.createdAt),
  };
}

function attentionToWire({ clients, count }: Attention) {
  return { count, items: clients.map(({ client }) => ({ client_id: client.id, name: client.name })) };
}

function attentionLines(title: string, { clients, count }: Attention): readonly string[] {
  const names = clients.map(({ client }) => `${client.name} (${client.id})`);
  return count === 0
    ? []
    : [`${title}: ${names.join(', ')}${count > names.length ? `, and ${count - names.length} more` : ''}`];
}
