import { Command } from 'commander';
import { apiCommands } from './commands/api-credentials.ts';
import { auditCommand } from './commands/audit.ts';
import { brandingCommands } from './commands/branding.ts';
import { clientSecretCommands } from './commands/client-secrets.ts';
import { clientCommands } from './commands/clients.ts';
import { compactCommand } from './commands/compact.ts';
import { conformCommand } from './commands/conform.ts';
import { demoCommand } from './commands/demo.ts';
import { healthcheckCommand } from './commands/healthcheck.ts';
import { invitationCommands } from './commands/invitations.ts';
import { keyCommands } from './commands/keys.ts';
import { memberCommands } from './commands/members.ts';
import { migrateCommand } from './commands/migrate.ts';
import { operatorCommands } from './commands/operators.ts';
import { organizationCommands } from './commands/organizations.ts';
import { escapeLines } from './commands/output.ts';
import { serveCommand } from './commands/serve.ts';
import { setupTokenCommand } from './commands/setup-token.ts';
import { signInCommands } from './commands/sign-ins.ts';
import { tokenCommands } from './commands/token.ts';
import { userCommands } from './commands/users.ts';
import type { ApiErrorCode } from './errors.ts';
import type { RunningServer } from './start-server.ts';
import { version } from './version.ts';

/** The exit codes of the process, besides 0. */
export const exitCodes = { failed: 1, usage: 2, notFound: 3, conflict: 4, configuration: 78 } as const;

/** The exit code for each error of an action. */
export const apiExitCodes: Readonly<Record<ApiErrorCode, number>> = {
  invalid_input: exitCodes.usage,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  unavailable: exitCodes.failed,
  precondition_failed: exitCodes.conflict,
  // These happen over HTTP only.
  unauthenticated: exitCodes.failed,
  reauthentication_required: exitCodes.failed,
  forbidden: exitCodes.failed,
  precondition_required: exitCodes.failed,
  unsupported_media_type: exitCodes.failed,
  too_many_requests: exitCodes.failed,
  setup_required: exitCodes.failed,
};

/** The command line. It parses nothing yet and never exits; a server that it starts is passed to `run`. */
export function createProgram(run: (server: RunningServer) => void): Command {
  const program = new Command('bindery')
    .description("Real access control for a company's API")
    .version(version, '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .showHelpAfterError('(add --help for help)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(escapeLines(text)) })
    .addHelpText(
      'after',
      `
Settings come from environment variables, such as BINDERY_DATA_DIR.
Exit codes: 0 success, 1 failure, 2 usage error, 3 not found, 4 conflict, 78 configuration error.

Examples:
  bindery serve
  bindery org create --name "Acme"
  bindery client create --org ID --name "Billing sync" --access read`,
    );
  program.commandsGroup('Server:');
  serveCommand(program, run);
  demoCommand(program, run);
  migrateCommand(program);
  compactCommand(program);
  healthcheckCommand(program);
  program.commandsGroup('Access:');
  organizationCommands(program);
  clientSecretCommands(signInCommands(clientCommands(program)));
  userCommands(program);
  invitationCommands(memberCommands(program));
  apiCommands(program);
  program.commandsGroup('Instance:');
  setupTokenCommand(program);
  operatorCommands(program);
  keyCommands(program);
  brandingCommands(program);
  program.commandsGroup('Tools:');
  tokenCommands(program);
  auditCommand(program);
  conformCommand(program);
  return program.helpCommand('help [command]', 'Show help for a command');
}
