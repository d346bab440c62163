import type { Command } from 'commander';
import { addOperator, createOperator, readOperators, removeOperator } from '../actions/operators.ts';
import { requireUser } from '../actions/users.ts';
import { removeSetupToken } from '../data-folder/setup-token-file.ts';
import type { User } from '../domain/user.ts';
import { QueuedPasswordHasher } from '../live/password-hasher.ts';
import {
  outputOf,
  type PasswordOptions,
  type ResultOptions,
  readPassword,
  withEmail,
  withExamples,
  withJson,
  withPassword,
} from './options.ts';
import { print, table } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery operator …` */
export function operatorCommands(program: Command): void {
  const operator = program.command('operator').description('Manage operators: the users who run this instance');
  createCommand(operator);
  listCommand(operator);
  addCommand(operator);
  removeCommand(operator);
}

function createCommand(operator: Command): void {
  withExamples(
    withJson(withPassword(withEmail(operator.command('create')))),
    'bindery operator create --email ana@example.com --password-stdin < password.txt',
  )
    .description('Create an operator without a browser')
    .action(async (options: ResultOptions & PasswordOptions & { email: string }) => {
      const password = await readPassword(options);
      const created = await withStore(async (context, actor) => {
        const user = await createOperator(context, actor, {
          email: options.email,
          password,
          hasher: new QueuedPasswordHasher(),
        });
        removeSetupToken(context.config.dataDir);
        return user;
      });
      printOperator(options, created);
    });
}

function listCommand(operator: Command): void {
  withExamples(withJson(operator.command('list')), 'bindery operator list')
    .description('List operators')
    .action(async (options: ResultOptions) => {
      const items = await withStore((context) => readOperators(context));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['USER ID', 'EMAIL'],
          items.map((item) => [item.id, item.email]),
        ),
      );
    });
}

function addCommand(operator: Command): void {
  withExamples(withJson(operator.command('add <email>')), 'bindery operator add ana@example.com')
    .description(
      'Make a user an operator by email address, without an invitation: whoever holds the store may do everything',
    )
    .action(async (email: string, options: ResultOptions) => {
      printOperator(options, await withStore((context, actor) => addOperator(context, actor, email)));
    });
}

function removeCommand(operator: Command): void {
  withExamples(withJson(operator.command('remove <email>')), 'bindery operator remove ana@example.com')
    .description('Remove an operator, but never the last one; the user stays')
    .action(async (email: string, options: ResultOptions) => {
      const removed = await withStore(async (context, actor) => {
        const user = await requireUser(context, email);
        return removeOperator(context, actor, user.id);
      });
      printOperator(options, removed);
    });
}

function printOperator(options: ResultOptions, user: User): void {
  print(outputOf(options), toWire(user), [`${user.email} (${user.id})`]);
}

function toWire(user: User) {
  return { user_id: user.id, email: user.email };
}
