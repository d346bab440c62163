import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { loadConfig } from '../config.ts';
import type { RunningServer } from '../start-server.ts';
import { locationOf } from '../store/postgres/open.ts';
import { version } from '../version.ts';
import { withExamples } from './options.ts';
import { say } from './output.ts';

/** `bindery serve` */
export function serveCommand(program: Command, run: (server: RunningServer) => void): void {
  withExamples(program.command('serve'), 'PORT=9000 BINDERY_DATA_DIR=/var/lib/bindery bindery serve')
    .description('Run the server: token service, console, developer portal and example API')
    .action(async () => {
      // Only now: loading the whole server would double the time of every other command.
      const { startServer } = await import('../start-server.ts');
      const server = await startServer(loadConfig());
      announce(server);
      run(server);
    });
}

function announce({ config, setupLink }: RunningServer): void {
  const next =
    setupLink === undefined
      ? `  console   ${config.publicUrl}/console`
      : `  next      open ${setupLink}\n            (valid once, for 30 minutes), or: ${commandName} org create --name "Acme"`;
  say(
    [
      `Bindery ${version} is listening on ${config.publicUrl}   (started in ${Math.round(performance.now())} ms)`,
      `  data      ${config.databaseUrl === undefined ? config.dataDir : locationOf(config.databaseUrl)}`,
      `  issuer    ${config.publicUrl}`,
      `  audience  ${config.audience}`,
      next,
    ].join('\n'),
  );
}
