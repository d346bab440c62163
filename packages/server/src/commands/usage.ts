import type { Command } from 'commander';
import { requireOrganizationOfClient } from '../actions/clients.ts';
import { requireOrganization } from '../actions/organizations.ts';
import { type Attention, type DayOfUse, readClientUsage, readOverview, sum } from '../actions/usage.ts';
import { type AnswerOptions, answering, outputOf } from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery org show` */
export function organizationShowCommand(org: Command): void {
  answering(org.command('show <organization-id>'))
    .description('show one organization, its token requests of 30 days, and which clients want attention')
    .addHelpText('after', '\nExample:\n  bindery org show 6f1d7f0a-0000-4000-8000-000000000000')
    .action(async (id: string, options: AnswerOptions) => {
      const { organization, overview } = await withStore(async (context) => {
        const found = await requireOrganization(context, id);
        return { organization: found, overview: await readOverview(context, found.id) };
      });
      const requests = sum(overview.days);
      print(
        outputOf(options),
        {
          organization_id: organization.id,
          name: organization.name,
          contact: organization.contact,
          state: organization.state,
          api_clients: organization.apiClientsEnabled ? 'on' : 'off',
          created_at: timestamp(organization.createdAt),
          client_count: overview.clientCount,
          requests: { ...requests, days: overview.days },
          attention: {
            expiring: attentionToWire(overview.expiring),
            never_used: attentionToWire(overview.neverUsed),
            idle: attentionToWire(overview.idle),
          },
        },
        [
          `${organization.name} (${organization.id}): ${organization.state}, API clients ${organization.apiClientsEnabled ? 'on' : 'off'}`,
          `contact ${organization.contact ?? 'none'}, made ${moment(organization.createdAt, '')}`,
          `${overview.clientCount} API clients; token requests of 30 days: ${requests.issued} issued, ${requests.refused} refused`,
          ...attentionLines('secret ends within 14 days', overview.expiring),
          ...attentionLines('never used', overview.neverUsed),
          ...attentionLines('idle for 90 days', overview.idle),
        ],
      );
    });
}

/** `bindery client usage` */
export function clientUsageCommand(client: Command): void {
  answering(client.command('usage <client-id>'))
    .description('show the token requests of one API client, in the last 24 hours and day by day for 30 days')
    .addHelpText('after', '\nExample:\n  bindery client usage client_0GVkWHzDT6yPOXqSWcBCGz')
    .action(async (clientId: string, options: AnswerOptions) => {
      const { lastDay, days } = await withStore(async (context) => {
        const organizationId = await requireOrganizationOfClient(context, clientId);
        return readClientUsage(context, { organizationId, clientId });
      });
      const used = days.filter(({ issued, refused }) => issued + refused > 0);
      print(outputOf(options), { client_id: clientId, last_day: lastDay, days }, [
        `last 24 hours: ${lastDay.issued} issued, ${lastDay.refused} refused`,
        ...(used.length === 0 ? ['nothing in 30 days'] : table(['DAY', 'ISSUED', 'REFUSED'], used.map(toCells))),
      ]);
    });
}

function toCells({ date, issued, refused }: DayOfUse): readonly string[] {
  return [date, String(issued), String(refused)];
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
