import type { Command } from 'commander';
import { openStore } from '../actions/open-store.ts';
import { loadConfig } from '../config.ts';
import { withExamples } from './options.ts';
import { say } from './output.ts';

/** `bindery migrate` */
export function migrateCommand(program: Command): void {
  withExamples(program.command('migrate'), 'BINDERY_DATA_DIR=/var/lib/bindery bindery migrate')
    .description('Create the store or migrate its schema, as the server does when it starts')
    .action(async () => {
      const context = await openStore(loadConfig(), 'create', Date.now);
      say(`store: ${context.database.location} is ready`);
      await context.database.close();
    });
}
