import { randomUUID } from 'node:crypto';
import { type AttackOptions, type ConformResult, conform, Forge, type Target } from '@bindery/conform';
import { type Command, InvalidArgumentError } from 'commander';
import { readClients } from '../actions/clients.ts';
import type { ActionContext } from '../actions/context.ts';
import { cutOff } from '../actions/cut-off.ts';
import { readOrganizations, requireOrganization } from '../actions/organizations.ts';
import type { Config } from '../config.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { KeyRing } from '../live/key-ring.ts';
import { insertAuditEntry } from '../store/audit.ts';
import { exampleIds, outputOf, type ResultOptions, withExamples, withJson } from './options.ts';
import { print, table } from './output.ts';
import { withStore } from './store-command.ts';

interface ConformOptions extends ResultOptions {
  readonly organization: string;
  readonly readPath: string;
  readonly writePath?: string;
  readonly writeMethod: string;
  readonly writeBody?: string;
  readonly objectPath?: string;
  readonly tenantHeader?: string;
}

/** `bindery conform` */
export function conformCommand(program: Command): void {
  const command = withJson(program.command('conform'))
    .description('Attack your own API and report which attacks it withstands (exit code 0 if all, otherwise 1)')
    .argument('<url>', 'Base URL of the API, as its callers see it', baseUrl)
    .requiredOption('--organization <organization-id>', 'Organization whose tokens are used')
    .requiredOption('--read-path <path>', 'Path that a read token may GET', path)
    .option('--write-path <path>', 'Path that only a read/write token may write to; one valid write is made', path)
    .option('--write-method <method>', 'Method of the write', 'POST')
    .option('--write-body <json>', 'Body of the write')
    .option('--object-path <path>', 'Path of an object that belongs to the organization', path)
    .option('--tenant-header <name>', 'Name of the tenant header (default: the first one in the settings)')
    .addHelpText(
      'after',
      '\nAn API that lets an attack through also does what that attack asks for: do not use production data.',
    );
  withExamples(
    command,
    `bindery conform http://localhost:3000 --organization ${exampleIds.organization} --read-path /things --write-path /things --write-body '{"name":"conform"}'`,
  ).action(async (url: string, options: ConformOptions) => {
    const { config, result } = await withStore(async (context, actor) => ({
      config: context.config,
      result: await run(context, actor, url, options),
    }));
    print(outputOf(options), toWire(url, result), describe(config, url, result));
    if (!result.passed) {
      process.exitCode = 1;
    }
  });
}

async function run(context: ActionContext, actor: Actor, url: string, options: ConformOptions): Promise<ConformResult> {
  const attackOptions = await createAttackOptions(context, targetOf(url, options), options);
  await context.database.transaction((queries) =>
    // Tokens are signed with the real key, outside the token endpoint.
    insertAuditEntry(queries, {
      at: context.now(),
      actor,
      organizationId: attackOptions.organizationId,
      action: 'conform.run',
      target: { type: 'organization', id: attackOptions.organizationId },
      outcome: 'done',
      details: { url },
    }),
  );
  return conform({
    ...attackOptions,
    // Signed here, so it counts for nobody.
    revoke: (id) =>
      context.database.transaction((queries) =>
        cutOff(context, queries, { kind: 'token', id, clientId: null, organizationId: null }),
      ),
  });
}

async function createAttackOptions(
  context: ActionContext,
  target: Target,
  options: ConformOptions,
): Promise<AttackOptions> {
  const { config, now } = context;
  const organization = await requireOrganization(context, options.organization);
  const clients = await readClients(context, organization.id, { size: 100, number: 1 });
  // An API that introspects needs a client that exists; others accept any.
  const client = clients.find(({ client: { state } }) => state === 'active')?.client;
  const others = await readOrganizations(context, { size: 2, number: 1 });
  const other = others.find(({ id }) => id !== organization.id);
  const signer = await new KeyRing(context).signer();
  return {
    target,
    forge: new Forge({
      ...{ issuer: config.publicUrl, audience: config.audience, scope: config.scopes[0] ?? '', signer, now },
      clientId: client?.id ?? 'client_conform',
      organizationId: organization.id,
    }),
    tenantHeader: options.tenantHeader ?? config.tenantHeaders[0] ?? '',
    organizationId: organization.id,
    otherOrganizationId: other?.id ?? randomUUID(),
  };
}

function targetOf(url: string, options: ConformOptions): Target {
  const { readPath, writePath, writeMethod, writeBody, objectPath } = options;
  return {
    url,
    readPath,
    write: writePath === undefined ? undefined : { path: writePath, method: writeMethod, body: writeBody },
    objectPath,
  };
}

function describe(config: Config, url: string, { problem, attacks, passed }: ConformResult): readonly string[] {
  const failed = attacks.filter(({ held }) => held === false).length;
  const held = attacks.filter((attack) => attack.held === true).length;
  return [
    ...table(
      ['ATTACK', 'RESULT', 'RESPONSE', 'WHAT IS TRIED'],
      attacks.map((attack) => [
        attack.id,
        attack.held === undefined ? '-' : attack.held ? 'refused' : 'GOT THROUGH',
        attack.reason,
        attack.title,
      ]),
    ).slice(attacks.length === 0 ? 1 : 0),
    ...(problem === undefined ? [] : [`a valid request failed: ${problem}`, ...hintsOf(config)]),
    `${url}: ${held} attacks refused, ${failed} got through${passed ? '' : '; the API is not safe, or could not be tested'}`,
  ];
}

function hintsOf({ publicUrl, audience }: Config): readonly string[] {
  return [
    `the token is from ${publicUrl} for ${audience}: are these the issuer and audience that the API is configured with?`,
    'if not, run this command with the PORT, BINDERY_PUBLIC_URL and BINDERY_AUDIENCE of your server',
    'does the API have this path, and does its tenant header have this name?',
  ];
}

function toWire(url: string, { problem, attacks, passed }: ConformResult) {
  return {
    url,
    passed,
    problem: problem ?? null,
    attacks: attacks.map(({ held, ...attack }) => ({ ...attack, held: held ?? null })),
  };
}

function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('Use an http or https URL without a query or fragment.');
  }
  return text;
}

function path(text: string): string {
  if (!/^\/[\x21-\x7e]*$/.test(text)) {
    throw new InvalidArgumentError('Use a path that starts with a slash.');
  }
  return text;
}
