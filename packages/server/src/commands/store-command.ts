import { userInfo } from 'node:os';
import type { ActionContext } from '../actions/context.ts';
import { openStore } from '../actions/open-store.ts';
import { withKnownPublicUrl } from '../actions/public-url.ts';
import { loadConfig } from '../config.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { say } from './output.ts';

/** Runs a command on the configured store and says which one that is; never creates a store. */
export async function withStore<Result>(
  action: (context: ActionContext, actor: Actor) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig();
  for (const warning of config.warnings) {
    say(`warning: ${warning}`);
  }
  const context = await openStore(config, 'existing', Date.now);
  say(`store: ${context.database.location}`);
  try {
    return await action(await withKnownPublicUrl(context), commandLineActor());
  } finally {
    await context.database.close();
  }
}

function commandLineActor(): Actor {
  return { type: 'command_line', id: userName(), address: null, userAgent: null, requestId: null };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // In a container the user id may have no name.
    return null;
  }
}
