import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { withExamples } from './options.ts';
import { say } from './output.ts';

/** `bindery healthcheck` */
export function healthcheckCommand(program: Command): void {
  withExamples(program.command('healthcheck'), 'PORT=9000 bindery healthcheck')
    .description('Check whether the server on this machine is ready (exit code 0 or 1)')
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
