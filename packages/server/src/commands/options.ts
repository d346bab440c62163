import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../domain/duration.ts';
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
    .option('--page <number>', 'which page', wholeNumber(1, 1_000_000), 1)
    .option('--page-size <number>', 'how many on a page, at most 1000', wholeNumber(1, 1000), 100);
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

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
