import type { Command } from 'commander';
import { openStore } from '../actions/open-store.ts';
import { loadConfig } from '../config.ts';
import { say } from './output.ts';

/** `bindery migrate` and `bindery healthcheck` */
export function maintenanceCommands(program: Command): void {
  program
    .command('migrate')
    .description('make the store, or bring it to the schema of this program; the server does the same when it starts')
    .addHelpText('after', '\nExample:\n  BINDERY_DATA_DIR=/var/lib/bindery bindery migrate')
    .action(async () => {
      const context = await openStore(loadConfig(), 'create', Date.now);
      say(`store: ${context.database.location} is ready`);
      await context.database.close();
    });

  program
    .command('healthcheck')
    .description('ask the server on this machine whether it is ready; exit code 0 or 1')
    .addHelpText('after', '\nExample:\n  PORT=9000 bindery healthcheck')
    .action(async () => {
      const { host, port } = loadConfig();
      const local = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      const response = await fetch(`http://${local}:${port}/readyz`, { signal: AbortSignal.timeout(5000) });
      if (!response.ok) {
        throw new Error(`the server is not ready: ${await response.text()}`);
      }
      say('ready');
    });
}
