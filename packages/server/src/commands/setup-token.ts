import type { Command } from 'commander';
import { newSetupToken } from '../actions/setup.ts';
import { writeSetupToken } from '../data-folder/setup-token-file.ts';
import { outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { moment, print, say, timestamp } from './output.ts';
import { withStore } from './store-command.ts';

/** `bindery setup-token` */
export function setupTokenCommand(program: Command): void {
  withExamples(withJson(program.command('setup-token')), 'bindery setup-token')
    .description('Create a new setup link for the first operator; it replaces the previous one')
    .action(async (options: ResultOptions) => {
      const { link, expiresAt, file } = await withStore(async (context) => {
        const setup = await newSetupToken(context);
        return { ...setup, file: writeSetupToken(context.config.dataDir, setup.token) };
      });
      print(outputOf(options), { setup_url: link, expires_at: timestamp(expiresAt) }, [link]);
      const place = file === undefined ? '' : `; the token is also in ${file}`;
      say(`valid once, until ${moment(expiresAt, '')}${place}`);
    });
}
