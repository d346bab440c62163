import type { ApiClient } from '../domain/api-client.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { Page } from '../domain/page.ts';
import { ApiError } from '../errors.ts';
import { OrganizationClients } from '../store/api-clients.ts';
import type { Queries } from '../store/database.ts';
import { type ListedSignIn, listSignIns, revokeRefreshFamilies } from '../store/refresh-families.ts';
import type { ActionContext } from './context.ts';
import { cutOff } from './cut-off.ts';
import { recordAction } from './record-action.ts';

/** The client whose sign-ins an action is about. */
interface SignInsOf {
  readonly organizationId: string;
  readonly clientId: string;
}

/** A page of the users who are signed in through a client with the password grant, newest first. */
export async function readSignIns(
  context: ActionContext,
  of: SignInsOf,
  page: Page,
): Promise<{ readonly items: readonly ListedSignIn[]; readonly totalCount: number }> {
  const { queries } = context.database;
  await requireClient(queries, of);
  return listSignIns(queries, of, page, context.now());
}

/** Ends one sign-in of a client, or all of them, and revokes their tokens; returns how many that ended. */
export async function endSignIns(
  context: ActionContext,
  actor: Actor,
  of: SignInsOf,
  which: { readonly id: string } | 'all',
): Promise<number> {
  return context.database.transaction(async (queries) => {
    const client = await requireClient(queries, of);
    const ended =
      which === 'all'
        ? await endAllSignIns(context, queries, client, 'ended_by_owner')
        : await endSignIn(context, queries, client, which.id);
    if (which === 'all' && ended > 0) {
      // One entry in the revocation list, however many they are; the client gets its own tokens again at once.
      await cutOff(context, queries, { kind: 'client', id: client.id, organizationId: client.organizationId });
    }
    await recordAction(context, queries, {
      actor,
      organizationId: client.organizationId,
      action: 'client.end_sign_ins',
      target: { type: 'client', id: client.id },
      details: { sign_ins_ended: ended, ...(which === 'all' ? {} : { sign_in: which.id }) },
    });
    return ended;
  });
}

/** Ends all sign-ins of a client, whose tokens the caller revokes; returns how many there were. */
export function endAllSignIns(
  context: ActionContext,
  queries: Queries,
  { id, organizationId }: Pick<ApiClient, 'id' | 'organizationId'>,
  reason: string,
): Promise<number> {
  return revokeRefreshFamilies(queries, { clientId: id, organizationId }, reason, context.now());
}

async function endSignIn(context: ActionContext, queries: Queries, client: ApiClient, id: string): Promise<number> {
  const of = { id, clientId: client.id, organizationId: client.organizationId };
  const ended = await revokeRefreshFamilies(queries, of, 'ended_by_owner', context.now());
  if (ended === 0) {
    throw new ApiError('not_found', 'sign-in not found; it may have ended already');
  }
  await cutOff(context, queries, { kind: 'session', id, clientId: client.id, organizationId: client.organizationId });
  return ended;
}

async function requireClient(queries: Queries, { organizationId, clientId }: SignInsOf): Promise<ApiClient> {
  const client = await new OrganizationClients(queries, organizationId).find(clientId);
  if (client === undefined) {
    throw new ApiError('not_found', 'API client not found; list API clients with: bindery client list --org ID');
  }
  return client;
}
