import { withPublicUrl } from '../config.ts';
import { readStoredSetting, writeStoredSetting } from '../store/settings.ts';
import type { ActionContext } from './context.ts';

const setting = 'public_url';

/** Stores the public URL of a server that starts, so that commands run beside it create links that lead to it. */
export async function rememberPublicUrl({ config, database }: ActionContext): Promise<void> {
  if ((await readStoredSetting(database.queries, setting)) !== config.publicUrl) {
    await writeStoredSetting(database.queries, setting, config.publicUrl);
  }
}

/** The same context with the public URL of the server that started last, unless the configuration names one. */
export async function withKnownPublicUrl(context: ActionContext): Promise<ActionContext> {
  const known = await readStoredSetting(context.database.queries, setting);
  return known === undefined ? context : { ...context, config: withPublicUrl(context.config, known) };
}
