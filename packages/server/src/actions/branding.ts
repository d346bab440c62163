import { insertAuditEntry } from '../store/audit.ts';
import { readStoredSetting, writeStoredSetting } from '../store/settings.ts';
import type { ActionContext, Actor } from './context.ts';

/** How console and portal call and show themselves: as the company's, not as ours. */
export interface Branding {
  readonly productName: string;
  /** `#rrggbb`. */
  readonly color: string | null;
  /** A data URL of a picture. */
  readonly logo: string | null;
  readonly contact: string | null;
}

const setting = 'branding';

const unbranded: Branding = { productName: 'Bindery', color: null, logo: null, contact: null };

/** The branding, or ours where none was set. */
export async function readBranding(context: ActionContext): Promise<Branding> {
  const text = await readStoredSetting(context.database.queries, setting);
  // Written below from the same type.
  return text === undefined ? unbranded : (JSON.parse(text) as Branding);
}

/** Sets the branding. */
export async function setBranding(context: ActionContext, actor: Actor, branding: Branding): Promise<Branding> {
  await context.database.transaction(async (queries) => {
    await writeStoredSetting(queries, setting, JSON.stringify(branding));
    const { logo, ...words } = branding;
    await insertAuditEntry(queries, {
      at: context.now(),
      actor,
      organizationId: null,
      action: 'branding.set',
      target: null,
      outcome: 'done',
      details: { ...words, logo: logo === null ? 'none' : 'a picture' },
    });
  });
  return branding;
}
