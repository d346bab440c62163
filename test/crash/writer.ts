// Creates clients and rotates their secrets on a store until it is killed, like a command that never ends. Prints what it
// is about to do and what is done, one JSON object per line.

import { setTimeout as wait } from 'node:timers/promises';
import { rotateSecret } from '@bindery/server/actions/client-secrets.ts';
import { createClient } from '@bindery/server/actions/clients.ts';
import type { ActionContext } from '@bindery/server/actions/context.ts';
import { openStore } from '@bindery/server/actions/open-store.ts';
import { createOrganization } from '@bindery/server/actions/organizations.ts';
import { loadConfig } from '@bindery/server/config.ts';
import type { Actor } from '@bindery/server/domain/audit-entry.ts';

/** One line of the writer. `now` expires the older secrets immediately; otherwise they stay valid beside the new one. */
export type WriterLine =
  | { readonly event: 'created' | 'rotated'; readonly clientId: string; readonly secret: string; readonly now: boolean }
  | { readonly event: 'rotating'; readonly clientId: string; readonly now: boolean };

const actor: Actor = { type: 'command_line', id: 'crash', address: null, userAgent: null, requestId: null };

await writeUntilKilled(await openStore(loadConfig(), 'existing', Date.now));

async function writeUntilKilled(context: ActionContext): Promise<never> {
  const organization = await createOrganization(context, actor, { name: 'Crash' });
  const live = new Map<string, number>();
  for (let step = 0; ; step += 1) {
    const [clientId, secrets] = [...live][(step * 7) % (live.size || 1)] ?? [];
    if (clientId === undefined || secrets === undefined || step % 3 === 0) {
      live.set(await create(context, organization.id), 1);
    } else {
      const now = secrets > 1;
      await rotate(context, { organizationId: organization.id, clientId }, now);
      live.set(clientId, now ? 1 : 2);
    }
    // Let other writers have a turn.
    await wait(1);
  }
}

async function create(context: ActionContext, organizationId: string): Promise<string> {
  const { client, clientSecret } = await createClient(context, actor, {
    organizationId,
    name: 'Crash',
    access: 'read',
    grants: ['client_credentials'],
    secretExpiresAt: null,
  });
  tell({ event: 'created', clientId: client.id, secret: clientSecret, now: false });
  return client.id;
}

async function rotate(
  context: ActionContext,
  target: { readonly organizationId: string; readonly clientId: string },
  now: boolean,
): Promise<void> {
  const { clientId } = target;
  tell({ event: 'rotating', clientId, now });
  const overlapMilliseconds = now ? 0 : 86_400_000;
  const { clientSecret } = await rotateSecret(context, actor, target, { overlapMilliseconds, secretExpiresAt: null });
  tell({ event: 'rotated', clientId, secret: clientSecret, now });
}

function tell(line: WriterLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
