import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../domain/duration.ts';
import { commandPageSizeDefault, commandPageSizeMax, pageNumberMax, passwordCharactersMin } from '../domain/limits.ts';
import { type Role, roles } from '../domain/member.ts';
import { ApiError } from '../errors.ts';
import type { Output } from './output.ts';
import { readStandardInput } from './standard-input.ts';

/** Ids for the examples in help texts. */
export const exampleIds = {
  organization: '6f1d7f0a-0000-4000-8000-000000000000',
  client: 'client_0GVkWHzDT6yPOXqSWcBCGz',
  api: 'api_0GVkWHzDT6yPOXqSWcBCGz',
  invitation: 'invitation_0GVkWHzDT6yPOXqSWcBCGz',
} as const;

/** Adds examples to the help of a command. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const heading = examples.length === 1 ? 'Example' : 'Examples';
  return command.addHelpText('after', `\n${heading}:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

/** The options of every command that prints a result. */
export interface ResultOptions {
  readonly json?: true;
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'Print one JSON object');
}

export function outputOf(options: ResultOptions): Output {
  return { isJson: options.json === true };
}

/** The options of a list command. */
export interface PageOptions extends ResultOptions {
  readonly page: number;
  readonly pageSize: number;
}

/** Adds `--page`, `--page-size` and `--json`. */
export function withPages(command: Command): Command {
  return withJson(
    command
      .option('--page <number>', 'Page number', wholeNumber(1, pageNumberMax), 1)
      .option(
        '--page-size <number>',
        `Items per page, at most ${commandPageSizeMax}`,
        wholeNumber(1, commandPageSizeMax),
        commandPageSizeDefault,
      ),
  );
}

export function pageOf(options: PageOptions) {
  return { size: options.pageSize, number: options.page };
}

/** Adds `--org`, which is required. */
export function withOrganization(command: Command): Command {
  return command.requiredOption('--org <organization-id>', 'ID of the organization');
}

/** Adds `--email`, which is required. */
export function withEmail(command: Command): Command {
  return command.requiredOption('--email <email>', "The user's email address");
}

/** Adds `--role`, which is required. */
export function withRole(command: Command): Command {
  return command.addOption(new Option('--role <role>', "The user's role").choices(roles).makeOptionMandatory());
}

/** The options of a command about one membership. */
export interface MembershipOptions extends ResultOptions {
  readonly org: string;
  readonly email: string;
  readonly role: Role;
}

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

/** Adds `--password-stdin`. */
export function withPassword(command: Command): Command {
  return command.option(
    '--password-stdin',
    `Read the password from standard input, at least ${passwordCharactersMin} characters`,
  );
}

/** Reads the password; throws `invalid_input` without `--password-stdin`, since an argument would end up in logs. */
export async function readPassword(options: PasswordOptions): Promise<string> {
  if (options.passwordStdin !== true) {
    throw new ApiError('invalid_input', 'pass the password on standard input, with --password-stdin');
  }
  return readStandardInput('password');
}

/** The value of an option that `none` clears. */
export function orNone<Value>(text: string, parse: (text: string) => Value): Value | null {
  return text === 'none' ? null : parse(text);
}

/** Parses a duration such as 90d or 24h, in milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('Use a whole number and a unit: 45s, 30m, 24h or 90d.');
  }
  return milliseconds;
}

/** As `duration`, and `now` for zero. */
export function durationOrNow(text: string): number {
  return text === 'now' ? 0 : duration(text);
}

/** Parses a day such as 2026-11-22 (from midnight UTC) or a time as in RFC 3339, in epoch milliseconds. */
export function instant(text: string): number {
  const isForm = /^\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/.test(text);
  const at = Date.parse(text);
  if (!isForm || Number.isNaN(at)) {
    throw new InvalidArgumentError('Use a day such as 2026-11-22, or a time such as 2026-11-22T09:30:00Z.');
  }
  return at;
}

/** Makes a parser for whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`Use a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
