import { type Command, Option } from 'commander';
import { addMember, readMembers, removeMember, setMemberRole } from '../actions/members.ts';
import { createUser, readUsers, setPassword, setUserState } from '../actions/users.ts';
import { type Member, type Role, roles } from '../domain/member.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { QueuedPasswordHasher } from '../live/password-hasher.ts';
import { invitationCommands } from './changes.ts';
import { resetLinkCommand } from './operators.ts';
import { type AnswerOptions, answering, outputOf, type PageOptions, paged } from './options.ts';
import { moment, print, table, timestamp } from './output.ts';
import { readStandardInput } from './standard-input.ts';
import { withStore } from './store-command.ts';

interface PasswordOptions {
  readonly passwordStdin?: true;
}

interface MembershipOptions extends AnswerOptions {
  readonly org: string;
  readonly email: string;
  readonly role: Role;
}

/** `bindery user …` */
export function userCommands(program: Command): void {
  const user = program.command('user').description('users: people, each a member of one organization or more');

  withPassword(withRole(withOrganization(answering(user.command('create')))))
    .description('make a user who is a member of an organization')
    .requiredOption('--email <email>', 'the address, by which the user signs in')
    .addHelpText(
      'after',
      '\nExample:\n  bindery user create --org 6f1d7f0a-0000-4000-8000-000000000000 --email ana@example.com --role owner --password-stdin < password.txt',
    )
    .action(async (options: MembershipOptions & PasswordOptions) => {
      const password = await readPassword(options);
      const made = await withStore((context, actor) =>
        createUser(context, actor, {
          organizationId: options.org,
          email: options.email,
          role: options.role,
          password,
          hasher: new QueuedPasswordHasher(),
        }),
      );
      printMembership(options, made);
    });

  paged(user.command('list'))
    .description('list users')
    .addHelpText('after', '\nExample:\n  bindery user list')
    .action(async (options: PageOptions) => {
      const page = { size: options.pageSize, number: options.page };
      const items = await withStore((context) => readUsers(context, page));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['USER ID', 'E-MAIL', 'STATE', 'CREATED'],
          items.map((item) => [item.id, item.email, item.state, moment(item.createdAt, '')]),
        ),
      );
    });

  for (const [name, state] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    answering(user.command(`${name} <email>`))
      .description(
        state === 'active' ? 'let the user sign in again' : 'refuse the user everywhere and end what it signed in to',
      )
      .addHelpText('after', `\nExample:\n  bindery user ${name} ana@example.com`)
      .action(async (email: string, options: AnswerOptions) => {
        printUser(options, await withStore((context, actor) => setUserState(context, actor, email, state)));
      });
  }

  resetLinkCommand(user);

  withPassword(answering(user.command('set-password <email>')))
    .description('set a new password; what the user signed in to with the old one ends')
    .addHelpText('after', '\nExample:\n  bindery user set-password ana@example.com --password-stdin < password.txt')
    .action(async (email: string, options: AnswerOptions & PasswordOptions) => {
      const password = await readPassword(options);
      const changed = await withStore((context, actor) =>
        setPassword(context, actor, email, { password, hasher: new QueuedPasswordHasher() }),
      );
      printUser(options, changed);
    });
}

/** `bindery member …` */
export function memberCommands(program: Command): void {
  const member = program.command('member').description('members: the users of an organization');

  withRole(withOrganization(answering(member.command('add'))))
    .description('join an existing user to an organization; the password stays as it is')
    .requiredOption('--email <email>', 'the address of the user')
    .addHelpText(
      'after',
      '\nExample:\n  bindery member add --org 6f1d7f0a-0000-4000-8000-000000000000 --email ana@example.com --role member',
    )
    .action(async (options: MembershipOptions) => {
      printMembership(
        options,
        await withStore((context, actor) =>
          addMember(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
        ),
      );
    });

  invitationCommands(member, withRole);

  withOrganization(paged(member.command('list')))
    .description("list an organization's members")
    .addHelpText('after', '\nExample:\n  bindery member list --org 6f1d7f0a-0000-4000-8000-000000000000')
    .action(async (options: PageOptions & { org: string }) => {
      const page = { size: options.pageSize, number: options.page };
      const items = await withStore((context) => readMembers(context, options.org, page));
      print(
        outputOf(options),
        { items: items.map(memberToWire) },
        table(
          ['USER ID', 'E-MAIL', 'ROLE', 'STATE'],
          items.map((item) => [item.userId, item.email, item.role, item.state]),
        ),
      );
    });

  withRole(withOrganization(answering(member.command('role'))))
    .description('change what a member is')
    .requiredOption('--email <email>', 'the address of the user')
    .addHelpText(
      'after',
      '\nExample:\n  bindery member role --org 6f1d7f0a-0000-4000-8000-000000000000 --email ana@example.com --role owner',
    )
    .action(async (options: MembershipOptions) => {
      const changed = await withStore((context, actor) =>
        setMemberRole(context, actor, { organizationId: options.org, email: options.email, role: options.role }),
      );
      printMember(options, changed);
    });

  withOrganization(answering(member.command('remove')))
    .description('take a member out of an organization')
    .requiredOption('--email <email>', 'the address of the user')
    .addHelpText(
      'after',
      '\nExample:\n  bindery member remove --org 6f1d7f0a-0000-4000-8000-000000000000 --email ana@example.com',
    )
    .action(async (options: AnswerOptions & { org: string; email: string }) => {
      const removed = await withStore((context, actor) =>
        removeMember(context, actor, { organizationId: options.org, email: options.email }),
      );
      printMember(options, removed);
    });
}

function withOrganization(command: Command): Command {
  return command.requiredOption('--org <organization-id>', 'the organization');
}

function withRole(command: Command): Command {
  return command.addOption(new Option('--role <role>', 'what the user is there').choices(roles).makeOptionMandatory());
}

function withPassword(command: Command): Command {
  return command.option('--password-stdin', 'read the password from standard input, 12 characters and more');
}

async function readPassword(options: PasswordOptions): Promise<string> {
  if (options.passwordStdin !== true) {
    throw new ApiError('invalid_input', 'give the password on standard input, with --password-stdin');
  }
  return readStandardInput('password');
}

function printMembership(options: MembershipOptions, user: User): void {
  const organizationId = options.org.toLowerCase();
  print(
    outputOf(options),
    { user_id: user.id, email: user.email, role: options.role, organization_id: organizationId },
    [`${user.email} (${user.id}): ${options.role} of ${organizationId}`],
  );
}

function printMember(options: AnswerOptions, member: Member): void {
  print(outputOf(options), memberToWire(member), [`${member.email} (${member.userId}): ${member.role}`]);
}

function printUser(options: AnswerOptions, user: User): void {
  print(outputOf(options), toWire(user), [`${user.email} (${user.id}): ${user.state}`]);
}

function toWire(user: User) {
  return { user_id: user.id, email: user.email, state: user.state, created_at: timestamp(user.createdAt) };
}

function memberToWire(member: Member) {
  return { user_id: member.userId, email: member.email, role: member.role, state: member.state };
}
