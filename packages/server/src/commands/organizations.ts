import { Argument, type Command } from 'commander';
import { createOrganization, readOrganizations, switchOrganization } from '../actions/organizations.ts';
import type { Organization } from '../domain/organization.ts';
import { organizationChanges } from './changes.ts';
import { type AnswerOptions, answering, outputOf, type PageOptions, paged } from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';
import { organizationShowCommand } from './usage.ts';

/** `bindery org …` */
export function organizationCommands(program: Command): void {
  const org = program.command('org').description('organizations: the customers of your API');

  answering(org.command('create'))
    .description('make an organization')
    .requiredOption('--name <name>', 'what it is called')
    .addHelpText('after', '\nExample:\n  bindery org create --name "Acme"')
    .action(async (options: AnswerOptions & { name: string }) => {
      const organization = await withStore((context, actor) => createOrganization(context, actor, options));
      print(outputOf(options), { organization_id: organization.id, name: organization.name }, [
        `organization id: ${organization.id}`,
        `name: ${organization.name}`,
      ]);
    });

  paged(org.command('list'))
    .description('list organizations')
    .addHelpText('after', '\nExample:\n  bindery org list --json')
    .action(async (options: PageOptions) => {
      const page = { size: options.pageSize, number: options.page };
      const items = await withStore((context) => readOrganizations(context, page));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['ORGANIZATION ID', 'NAME', 'STATE', 'API CLIENTS', 'CREATED'],
          items.map((item) => [
            item.id,
            item.name,
            item.state,
            item.apiClientsEnabled ? 'on' : 'off',
            moment(item.createdAt, ''),
          ]),
        ),
      );
    });

  organizationShowCommand(org);
  organizationChanges(org);

  for (const [name, state] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    answering(org.command(`${name} <organization-id>`))
      .description(
        state === 'active' ? 'let it get tokens again' : 'refuse all of its clients from the next request on',
      )
      .addHelpText('after', `\nExample:\n  bindery org ${name} 6f1d7f0a-0000-4000-8000-000000000000`)
      .action(async (id: string, options: AnswerOptions) => {
        const organization = await withStore((context, actor) => switchOrganization(context, actor, id, { state }));
        printOrganization(options, organization);
      });
  }

  answering(org.command('api-clients'))
    .description('switch API clients on or off for a whole organization')
    .addArgument(new Argument('<switch>').choices(['on', 'off']))
    .argument('<organization-id>')
    .addHelpText('after', '\nExample:\n  bindery org api-clients off 6f1d7f0a-0000-4000-8000-000000000000')
    .action(async (position: string, id: string, options: AnswerOptions) => {
      const change = { apiClientsEnabled: position === 'on' };
      const organization = await withStore((context, actor) => switchOrganization(context, actor, id, change));
      printOrganization(options, organization);
    });
}

function printOrganization(options: AnswerOptions, organization: Organization): void {
  print(outputOf(options), toWire(organization), [
    `${organization.name} (${organization.id}): ${organization.state}, API clients ${organization.apiClientsEnabled ? 'on' : 'off'}`,
  ]);
}

function toWire(organization: Organization) {
  return {
    organization_id: organization.id,
    name: organization.name,
    state: organization.state,
    api_clients: organization.apiClientsEnabled ? 'on' : 'off',
    created_at: timestamp(organization.createdAt),
  };
}
