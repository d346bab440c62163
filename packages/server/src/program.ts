import { Command } from 'commander';
import { apiCommands } from './commands/api.ts';
import { auditCommand } from './commands/audit.ts';
import { brandingCommands } from './commands/changes.ts';
import { clientCommands } from './commands/clients.ts';
import { conformCommand } from './commands/conform.ts';
import { demoCommand } from './commands/demo.ts';
import { keyCommands } from './commands/keys.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { operatorCommands } from './commands/operators.ts';
import { organizationCommands } from './commands/organizations.ts';
import { serveCommand } from './commands/serve.ts';
import { tokenCommands } from './commands/token.ts';
import { memberCommands, userCommands } from './commands/users.ts';
import type { ApiErrorCode } from './errors.ts';
import type { RunningServer } from './start-server.ts';
import { version } from './version.ts';

/** What a process ends with, besides 0. */
export const exitCodes = { failed: 1, usage: 2, notFound: 3, conflict: 4, configuration: 78 } as const;

/** What a refused action ends the command line with. */
export const apiExitCodes: Readonly<Record<ApiErrorCode, number>> = {
  invalid_input: exitCodes.usage,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  unavailable: exitCodes.failed,
  precondition_failed: exitCodes.conflict,
  // What follows is for requests over HTTP; the command line meets none of it.
  unauthenticated: exitCodes.failed,
  reauthentication_required: exitCodes.failed,
  forbidden: exitCodes.failed,
  precondition_required: exitCodes.failed,
  unsupported_media_type: exitCodes.failed,
  too_many_requests: exitCodes.failed,
  setup_required: exitCodes.failed,
};

/** The command line; it parses nothing yet and never exits. A server that it starts is handed to `run`. */
export function createProgram(run: (server: RunningServer) => void): Command {
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
  serveCommand(program, run);
  demoCommand(program, run);
  organizationCommands(program);
  clientCommands(program);
  userCommands(program);
  memberCommands(program);
  operatorCommands(program);
  apiCommands(program);
  keyCommands(program);
  tokenCommands(program);
  conformCommand(program);
  brandingCommands(program);
  auditCommand(program);
  maintenanceCommands(program);
  return program;
}
