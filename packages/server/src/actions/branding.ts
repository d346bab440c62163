import type { Actor } from '../domain/audit-entry.ts';
import { type Branding, defaultBranding } from '../domain/branding.ts';
import { parseEmail } from '../domain/email.ts';
import { parseProductName } from '../domain/name.ts';
import { readStoredSetting, writeStoredSetting } from '../store/settings.ts';
import type { ActionContext } from './context.ts';
import { recordAction } from './record-action.ts';

const setting = 'branding';

/** The branding of the instance; Bindery's own if none is set. */
export async function readBranding(context: ActionContext): Promise<Branding> {
  const text = await readStoredSetting(context.database.queries, setting);
  // Written below from the same type.
  return text === undefined ? defaultBranding : (JSON.parse(text) as Branding);
}

/** Sets the branding. */
export async function setBranding(context: ActionContext, actor: Actor, input: Branding): Promise<Branding> {
  const branding = {
    ...input,
    productName: parseProductName(input.productName),
    contact: input.contact === null ? null : parseEmail(input.contact),
  };
  await context.database.transaction(async (queries) => {
    await writeStoredSetting(queries, setting, JSON.stringify(branding));
    const { logo, ...words } = branding;
    await recordAction(context, queries, {
      actor,
      organizationId: null,
      action: 'branding.set',
      target: null,
      details: { ...words, logo: logo === null ? 'none' : 'a picture' },
    });
  });
  return branding;
}
