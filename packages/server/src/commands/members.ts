import type { Command } from 'commander';
import { addMember, readMembers, removeMember, setMemberRole } from '../actions/members.ts';
import type { Member } from '../domain/member.ts';
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
import { print, table } from './output.ts';
import { withStore } from './store-command.ts';
import { printMembership } from './users.ts';

/** `bindery member …`, except the commands for invitations, which are added to the returned command. */
export function memberCommands(program: Command): Command {
  const member = program.command('member').description('Manage members: the users of an organization');
  addCommand(member);
  listCommand(member);
  roleCommand(member);
  removeCommand(member);
  return member;
}

const ofMember = `--org ${exampleIds.organization} --email ana@example.com`;

function addCommand(member: Command): void {
  withExamples(
    withJson(withRole(withEmail(withOrganization(member.command('add'))))),
    `bindery member add ${ofMember} --role member`,
  )
    .description('Add a user by email address, without an invitation: whoever holds the store may do everything')
    .action(async (options: MembershipOptions) => {
      const added = await withStore((context, actor) =>
        addMember(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
      );
      printMembership(options, added);
    });
}

function listCommand(member: Command): void {
  withExamples(
    withPages(withOrganization(member.command('list'))),
    `bindery member list --org ${exampleIds.organization}`,
  )
    .description('List the members of an organization')
    .action(async (options: PageOptions & { org: string }) => {
      const items = await withStore((context) => readMembers(context, options.org, pageOf(options)));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['USER ID', 'EMAIL', 'ROLE', 'STATE'],
          items.map((item) => [item.userId, item.email, item.role, item.state]),
        ),
      );
    });
}

function roleCommand(member: Command): void {
  withExamples(
    withJson(withRole(withEmail(withOrganization(member.command('role'))))),
    `bindery member role ${ofMember} --role owner`,
  )
    .description('Change the role of a member')
    .action(async (options: MembershipOptions) => {
      const changed = await withStore((context, actor) =>
        setMemberRole(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
      );
      printMember(options, changed);
    });
}

function removeCommand(member: Command): void {
  withExamples(withJson(withEmail(withOrganization(member.command('remove')))), `bindery member remove ${ofMember}`)
    .description('Remove a member from an organization')
    .action(async (options: ResultOptions & { org: string; email: string }) => {
      const removed = await withStore((context, actor) =>
        removeMember(context, actor, { organizationId: options.org, email: options.email }),
      );
      printMember(options, removed);
    });
}

function printMember(options: ResultOptions, member: Member): void {
  print(outputOf(options), toWire(member), [`${member.email} (${member.userId}): ${member.role}`]);
}

function toWire(member: Member) {
  return { user_id: member.userId, email: member.email, role: member.role, state: member.state };
}
