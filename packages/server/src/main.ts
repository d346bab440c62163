import { Command, CommanderError } from 'commander';
import { clientCommands } from './commands/clients.ts';
import { demoCommand } from './commands/demo.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { organizationCommands } from './commands/organizations.ts';
import { say } from './commands/output.ts';
import { type RunningServer, serveCommand } from './commands/serve.ts';
import { ApiError, type ApiErrorCode, ConfigurationError } from './errors.ts';
import { version } from './version.ts';

/** What a process ends with, besides 0. */
const exitCodes = { failed: 1, usage: 2, notFound: 3, conflict: 4, configuration: 78 } as const;

const apiExitCodes: Readonly<Record<ApiErrorCode, number>> = {
  invalid_input: exitCodes.usage,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  unavailable: exitCodes.failed,
};

// Everything this process makes is for its own user only.
process.umask(0o077);
await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function createProgram(): Command {
  const program = new Command('bindery')
    .description("Real access control for a company's API")
    .version(version)
    .showHelpAfterError('(add --help for what there is)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      '\nEvery command takes its settings from the environment: BINDERY_DATA_DIR and others.\nExit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 78 configuration.\n\nExamples:\n  bindery serve\n  bindery org create --name "Acme"\n  bindery client create --org ID --name "Billing sync" --access read',
    );
  serveCommand(program, stopOnSignal);
  demoCommand(program, stopOnSignal);
  organizationCommands(program);
  clientCommands(program);
  maintenanceCommands(program);
  return program;
}

/** Says what went wrong in one sentence, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has said it already; asking for help is no mistake.
    return error.exitCode === 0 ? 0 : exitCodes.usage;
  }
  if (error instanceof ConfigurationError) {
    say(error.problems.map((problem) => `bindery: ${problem}`).join('\n'));
    return exitCodes.configuration;
  }
  say(`bindery: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof ApiError ? apiExitCodes[error.code] : exitCodes.failed;
}

const repeatMilliseconds = 1000;

/** Drains on SIGTERM and SIGINT. A repeat within a second is the launcher's echo; a later one means now. */
function stopOnSignal(server: RunningServer): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > repeatMilliseconds) {
        process.exit(signal === 'SIGINT' ? 130 : 143);
      }
      return;
    }
    firstAt = performance.now();
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => process.exit(report(error)),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
