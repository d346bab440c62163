import type { Command } from 'commander';
import { addOperator, createOperator, readOperators, removeOperator } from '../actions/operators.ts';
import { createResetLink } from '../actions/password-reset.ts';
import { newSetupToken } from '../actions/setup.ts';
import { requireUser } from '../actions/users.ts';
import { removeSetupToken, writeSetupToken } from '../data-folder/setup-token-file.ts';
import type { User } from '../domain/user.ts';
import { ApiError } from '../errors.ts';
import { QueuedPasswordHasher } from '../live/password-hasher.ts';
import { type AnswerOptions, answering, outputOf } from './options.ts';
import { moment, print, say, table, timestamp } from './output.ts';
import { readStandardInput } from './standard-input.ts';
import { withStore } from './store-command.ts';

/** `bindery setup-token` and `bindery operator …` */
export function operatorCommands(program: Command): void {
  answering(program.command('setup-token'))
    .description('make a new link with which the first operator claims this instance; it voids the one before')
    .addHelpText('after', '\nExample:\n  bindery setup-token')
    .action(async (options: AnswerOptions) => {
      const made = await withStore(async (context) => {
        const setup = await newSetupToken(context);
        return { ...setup, file: writeSetupToken(context.config.dataDir, setup.token) };
      });
      print(outputOf(options), { setup_url: made.link, expires_at: timestamp(made.expiresAt) }, [made.link]);
      const place = made.file === undefined ? '' : `; the token is also in ${made.file}`;
      say(`good once, until ${moment(made.expiresAt, '')}${place}`);
    });

  const operator = program.command('operator').description('operators: the users who run this instance');

  answering(operator.command('create'))
    .description('make an operator without a browser')
    .requiredOption('--email <email>', 'the address, by which the operator signs in')
    .option('--password-stdin', 'read the password from standard input, 12 characters and more')
    .addHelpText(
      'after',
      '\nExample:\n  bindery operator create --email ana@example.com --password-stdin < password.txt',
    )
    .action(async (options: AnswerOptions & { email: string; passwordStdin?: true }) => {
      if (options.passwordStdin !== true) {
        throw new ApiError('invalid_input', 'give the password on standard input, with --password-stdin');
      }
      const password = await readStandardInput('password');
      const made = await withStore(async (context, actor) => {
        const user = await createOperator(context, actor, {
          email: options.email,
          password,
          hasher: new QueuedPasswordHasher(),
        });
        removeSetupToken(context.config.dataDir);
        return user;
      });
      printOperator(options, made);
    });

  answering(operator.command('list'))
    .description('list operators')
    .addHelpText('after', '\nExample:\n  bindery operator list')
    .action(async (options: AnswerOptions) => {
      const items = await withStore((context) => readOperators(context));
      print(
        outputOf(options),
        { items: items.map(toWire) },
        table(
          ['USER ID', 'E-MAIL'],
          items.map((item) => [item.id, item.email]),
        ),
      );
    });

  answering(operator.command('add <email>'))
    .description('make an existing user an operator')
    .addHelpText('after', '\nExample:\n  bindery operator add ana@example.com')
    .action(async (email: string, options: AnswerOptions) => {
      printOperator(options, await withStore((context, actor) => addOperator(context, actor, email)));
    });

  answering(operator.command('remove <email>'))
    .description('take the role from an operator; the last one stays')
    .addHelpText('after', '\nExample:\n  bindery operator remove ana@example.com')
    .action(async (email: string, options: AnswerOptions) => {
      const removed = await withStore(async (context, actor) => {
        const user = await requireUser(context, email);
        return removeOperator(context, actor, user.id);
      });
      printOperator(options, removed);
    });
}

/** `bindery user reset-link` */
export function resetLinkCommand(user: Command): void {
  answering(user.command('reset-link <email>'))
    .description('make a link with which a user sets a new password, good once for an hour')
    .addHelpText('after', '\nExample:\n  bindery user reset-link ana@example.com')
    .action(async (email: string, options: AnswerOptions) => {
      const made = await withStore((context, actor) => createResetLink(context, actor, email, null));
      print(outputOf(options), { link: made.link, expires_at: timestamp(made.details.expiresAt) }, [made.link]);
      say(`good once, until ${moment(made.details.expiresAt, '')}`);
    });
}

function printOperator(options: AnswerOptions, user: User): void {
  print(outputOf(options), toWire(user), [`${user.email} (${user.id})`]);
}

function toWire(user: User) {
  return { user_id: user.id, email: user.email };
}
