import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../domain/duration.ts';
import { commandPageSizeDefault, commandPageSizeMax, pageNumberMax } from '../domain/limits.ts';
import type { Output } from './output.ts';

/** Options that every command with an answer has. */
export interface AnswerOptions {
  readonly json?: true;
}

/** Adds `--json` to a command. */
export function answering(command: Command): Command {
  return command.option('--json', 'print one JSON object');
}

/** Adds `--page` and `--page-size` to a list command. */
export function paged(command: Command): Command {
  return answering(command)
    .option('--page <number>', 'which page', wholeNumber(1, pageNumberMax), 1)
    .option(
      '--page-size <number>',
      `how many on a page, at most ${commandPageSizeMax}`,
      wholeNumber(1, commandPageSizeMax),
      commandPageSizeDefault,
    );
}

export interface PageOptions extends AnswerOptions {
  readonly page: number;
  readonly pageSize: number;
}

export function outputOf(options: AnswerOptions): Output {
  return { isJson: options.json === true, isTerminal: process.stdout.isTTY === true };
}

/** Reads a duration such as 90d or 24h, in milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('Give a whole number and a unit: 45s, 30m, 24h or 90d.');
  }
  return milliseconds;
}

/** As `duration`, and `now` for none at all. */
export function durationOrNow(text: string): number {
  return text === 'now' ? 0 : duration(text);
}

/** Reads a day such as 2026-11-22 (its beginning in UTC) or a moment by RFC 3339, in epoch milliseconds. */
export function instant(text: string): number {
  const isForm = /^\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/.test(text);
  const at = Date.parse(text);
  if (!isForm || Number.isNaN(at)) {
    throw new InvalidArgumentError('Give a day such as 2026-11-22, or a moment such as 2026-11-22T09:30:00Z.');
  }
  return at;
}

/** Reads a whole number between two others. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
