import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBindersStore } from '@bindery/binders/store';
import type { Command } from 'commander';
import { createClient } from '../actions/clients.ts';
import type { ActionContext } from '../actions/context.ts';
import { openStore } from '../actions/open-store.ts';
import { createOrganization } from '../actions/organizations.ts';
import { type Config, loadConfig } from '../config.ts';
import type { Access } from '../domain/access.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { RunningServer } from '../start-server.ts';
import { withExamples } from './options.ts';
import { say } from './output.ts';

/** `bindery demo` */
export function demoCommand(program: Command, run: (server: RunningServer) => void): void {
  withExamples(program.command('demo'), 'npm run demo')
    .description('Run a temporary instance with an organization, two API clients and a few binders')
    .action(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'bindery-demo-'));
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      process.once('exit', remove);
      const config = loadConfig({
        PORT: '0',
        BINDERY_DATA_DIR: folder,
        BINDERY_LOG_LEVEL: 'warn',
      });
      const seeded = await seed(config);
      const { startServer } = await import('../start-server.ts');
      const server = await startServer(config);
      say(instructions(server.config, seeded));
      run(server);
    });
}

interface Seeded {
  readonly organizationId: string;
  readonly clients: readonly { readonly access: Access; readonly clientId: string; readonly clientSecret: string }[];
}

async function seed(config: Config): Promise<Seeded> {
  const context = await openStore(config, 'create', Date.now);
  try {
    const organization = await createOrganization(context, demoActor, { name: 'Demo organization' });
    const clients = [
      await seedClient(context, organization.id, 'Reader', 'read'),
      await seedClient(context, organization.id, 'Writer', 'read_write'),
    ];
    await seedBinders(context, organization.id);
    return { organizationId: organization.id, clients };
  } finally {
    await context.database.close();
  }
}

async function seedClient(context: ActionContext, organizationId: string, name: string, access: Access) {
  const { client, clientSecret } = await createClient(context, demoActor, {
    organizationId,
    name,
    access,
    grants: ['client_credentials'],
    secretExpiresAt: null,
  });
  return { access, clientId: client.id, clientSecret };
}

async function seedBinders(context: ActionContext, organizationId: string): Promise<void> {
  // The type of a database with more tables than the binders store needs.
  const db = context.database.queries as unknown as Parameters<typeof createBindersStore>[0];
  const binders = createBindersStore(db).inOrganization(organizationId);
  const seeds = [
    ['Harbour tower', 'project', 'HARBOUR01'],
    ['Town hall, operation', 'facility', 'TOWNHALL1'],
    ['Lifts, enquiry 2027', 'procurement', 'LIFTS2027'],
  ] as const;
  for (const [index, [name, type, id]] of seeds.entries()) {
    await binders.add(id, { name, type }, context.now() + index);
  }
}

const demoActor: Actor = { type: 'command_line', id: 'demo', address: null, userAgent: null, requestId: null };

function instructions(config: Config, { organizationId, clients }: Seeded): string {
  const [header] = config.tenantHeaders;
  const [reader, writer] = clients;
  return `Bindery demo: ${config.publicUrl}   (deleted when you press Ctrl-C)

Paste this to get a token and list the binders:

  TOKEN=$(curl -s ${config.publicUrl}${config.tokenPaths[0]} -d grant_type=client_credentials \\
    -d client_id=${reader?.clientId} \\
    -d client_secret=${reader?.clientSecret} \\
    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${config.apiUrl}/api/binders -H "Authorization: Bearer $TOKEN" -H "${header}: ${organizationId}"

The client above may only read. This one may also write:

  client_id=${writer?.clientId}
  client_secret=${writer?.clientSecret}
`;
}
