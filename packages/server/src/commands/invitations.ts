import type { Command } from 'commander';
import { createInvitation, deleteInvitation, readInvitations } from '../actions/invitations.ts';
import { requireOrganization } from '../actions/organizations.ts';
import {
  exampleIds,
  type MembershipOptions,
  outputOf,
  type PageOptions,
  pageOf,
  type ResultOptions,
  withEmail,
  withExamples,
  withJson,
  withOrganization,
  withPages,
  withRole,
} from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery member invite`, `bindery member invitations` and `bindery member withdraw` */
export function invitationCommands(member: Command): void {
  inviteCommand(member);
  listCommand(member);
  withdrawCommand(member);
}

function inviteCommand(member: Command): void {
  withExamples(
    withJson(withRole(withEmail(withOrganization(member.command('invite'))))),
    `bindery member invite --org ${exampleIds.organization} --email bo@example.com --role member`,
  )
    .description('Create a link to join an organization; valid once, for 7 days')
    .action(async (options: MembershipOptions) => {
      const { link, details } = await withStore((context, actor) =>
        createInvitation(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
      );
      const { id, expiresAt } = details;
      print(outputOf(options), { invitation_id: id, link, expires_at: timestamp(expiresAt) }, [link]);
      say(`valid once, until ${moment(expiresAt, '')}`);
    });
}

function listCommand(member: Command): void {
  withExamples(
    withPages(withOrganization(member.command('invitations'))),
    `bindery member invitations --org ${exampleIds.organization}`,
  )
    .description('List pending invitations')
    .action(async (options: PageOptions & { org: string }) => {
      const { items } = await withStore(async (context) => {
        const organization = await requireOrganization(context, options.org);
        return readInvitations(context, organization.id, pageOf(options));
      });
      print(
        outputOf(options),
        {
          items: items.map((item) => ({
            invitation_id: item.id,
            email: item.email,
            role: item.role,
            expires_at: timestamp(item.expiresAt),
          })),
        },
        table(
          ['INVITATION ID', 'EMAIL', 'ROLE', 'EXPIRES'],
          items.map((item) => [item.id, item.email ?? '', item.role ?? '', moment(item.expiresAt, '')]),
        ),
      );
    });
}

function withdrawCommand(member: Command): void {
  withExamples(
    withJson(withOrganization(member.command('withdraw <invitation-id>'))),
    `bindery member withdraw ${exampleIds.invitation} --org ${exampleIds.organization}`,
  )
    .description('Withdraw a pending invitation')
    .action(async (id: string, options: ResultOptions & { org: string }) => {
      await withStore(async (context, actor) => {
        const organization = await requireOrganization(context, options.org);
        await deleteInvitation(context, actor, organization.id, id);
      });
      print(outputOf(options), { invitation_id: id, withdrawn: true }, [`withdrew ${id}`]);
    });
}
