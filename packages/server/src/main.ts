import { CommanderError } from 'commander';
import { say } from './commands/output.ts';
import { ApiError, ConfigurationError } from './errors.ts';
import { apiExitCodes, createProgram, exitCodes } from './program.ts';
import type { RunningServer } from './start-server.ts';

// Files that this process creates are for its own user only.
process.umask(0o077);
// The reader of our output may close it early, as `head` does: that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  try {
    await createProgram(stopOnSignal).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Prints the error in one sentence and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has already printed it; asking for help is not an error.
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

/** Drains on SIGTERM, SIGINT and SIGHUP. A second signal within a second is the launcher's echo; a later one exits at once. */
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
  process.on('SIGHUP', onSignal);
}
