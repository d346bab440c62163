import type { Command } from 'commander';
import { createResetLink } from '../actions/password-reset.ts';
import { createUser, readUsers, setPassword, setUserState } from '../actions/users.ts';
import type { User } from '../domain/user.ts';
import { QueuedPasswordHasher } from '../live/password-hasher.ts';
import {
  exampleIds,
  type MembershipOptions,
  outputOf,
  type PageOptions,
  type PasswordOptions,
  pageOf,
  type ResultOptions,
  readPassword,
  withEmail,
  withExamples,
  withJson,
  withOrganization,
  withPages,
  withPassword,
  withRole,
} from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery user …` */
export function userCommands(program: Command): void {
  const user = program.command('user').description('Manage users: people, each a member of one or more organizations');
  createCommand(user);
  listCommand(user);
  stateCommands(user);
  resetLinkCommand(user);
  setPasswordCommand(user);
}

function createCommand(user: Command): void {
  withExamples(
    withJson(withPassword(withRole(withEmail(withOrganization(user.command('create')))))),
    `bindery user create --org ${exampleIds.organization} --email ana@example.com --role owner --password-stdin < password.txt`,
  )
    .description('Create a user who is a member of an organization')
    .action(async (options: MembershipOptions & PasswordOptions) => {
      const password = await readPassword(options);
      const created = await withStore((context, actor) =>
        createUser(context, actor, {
          organizationId: options.org,
          email: options.email,
          role: options.role,
          password,
          hasher: new QueuedPasswordHasher(),
        }),
      );
      printMembership(options, created);
    });
}

function listCommand(user: Command): void {
  withExamples(withPages(user.command('list')), 'bindery user list')
    .description('List users')
    .action(async (options: PageOptions) => {
      const items = await withStore((context) => readUsers(context, pageOf(options)));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['USER ID', 'EMAIL', 'STATE', 'CREATED'],
          items.map((item) => [item.id, item.email, item.state, moment(item.createdAt, '')]),
        ),
      );
    });
}

function stateCommands(user: Command): void {
  for (const [name, state, description] of [
    ['disable', 'disabled', 'Refuse a user everywhere and revoke their sessions and tokens'],
    ['enable', 'active', 'Allow a disabled user to sign in again'],
  ] as const) {
    withExamples(withJson(user.command(`${name} <email>`)), `bindery user ${name} ana@example.com`)
      .description(description)
      .action(async (email: string, options: ResultOptions) => {
        printUser(options, await withStore((context, actor) => setUserState(context, actor, email, state)));
      });
  }
}

function resetLinkCommand(user: Command): void {
  withExamples(withJson(user.command('reset-link <email>')), 'bindery user reset-link ana@example.com')
    .description('Create a link with which a user sets a new password; valid once, for an hour')
    .action(async (email: string, options: ResultOptions) => {
      const { link, details } = await withStore((context, actor) => createResetLink(context, actor, email, null));
      print(outputOf(options), { link, expires_at: timestamp(details.expiresAt) }, [link]);
      say(`valid once, until ${moment(details.expiresAt, '')}`);
    });
}

function setPasswordCommand(user: Command): void {
  withExamples(
    withJson(withPassword(user.command('set-password <email>'))),
    'bindery user set-password ana@example.com --password-stdin < password.txt',
  )
    .description('Set a new password and revoke the sessions and tokens made with the old one')
    .action(async (email: string, options: ResultOptions & PasswordOptions) => {
      const password = await readPassword(options);
      const changed = await withStore((context, actor) =>
        setPassword(context, actor, email, { password, hasher: new QueuedPasswordHasher() }),
      );
      printUser(options, changed);
    });
}

/** Prints a user with the role that the options give. */
export function printMembership(options: MembershipOptions, user: User): void {
  const organizationId = options.org.toLowerCase();
  print(
    outputOf(options),
    { user_id: user.id, email: user.email, role: options.role, organization_id: organizationId },
    [`${user.email} (${user.id}): ${options.role} of ${organizationId}`],
  );
}

function printUser(options: ResultOptions, user: User): void {
  print(outputOf(options), toWire(user), [`${user.email} (${user.id}): ${user.state}`]);
}

function toWire(user: User) {
  return { user_id: user.id, email: user.email, state: user.state, created_at: timestamp(user.createdAt) };
}
