import type { FastifyRequest } from 'fastify';
import type { ActionContext } from '../../actions/context.ts';
import { readSession } from '../../actions/sessions.ts';
import { readSessionCookie } from '../../http/session-cookie.ts';
import { ClientSearch } from '../../store/client-list.ts';
import { listMemberships } from '../../store/users.ts';

/** A client that a signed-in reader may put into the samples. */
export interface OfferedClient {
  readonly id: string;
  readonly name: string;
}

/** A signed-in user who belongs to an organization. */
export interface Reader {
  readonly organizations: readonly {
    readonly id: string;
    readonly name: string;
    readonly clients: readonly OfferedClient[];
  }[];
  /** The organization and the client whose ids the samples contain. */
  readonly organizationId: string;
  readonly clientId: string | undefined;
}

/** Most clients of an organization that the form offers. */
const clientsMax = 100;

/** The reader, if a member of an organization is signed in; `chosen` is the client id in the URL. */
export async function readReader(
  context: ActionContext,
  request: FastifyRequest,
  chosen: string | undefined,
): Promise<Reader | undefined> {
  const token = readSessionCookie(context.config, request);
  const signedIn = token === undefined ? undefined : await readSession(context, token);
  if (signedIn === undefined) {
    return undefined;
  }
  const { queries } = context.database;
  const memberships = await listMemberships(queries, signedIn.user.id);
  const organizations = await Promise.all(
    memberships.map(async ({ organizationId, name }) => {
      const search = new ClientSearch(queries, organizationId, context.now());
      const listed = await search.list({ state: 'active', sort: 'name' }, { size: clientsMax, number: 1 });
      return { id: organizationId, name, clients: listed.map(({ client }) => ({ id: client.id, name: client.name })) };
    }),
  );
  // Only from the reader's own clients, so that the URL can put nothing into a sample.
  const own = organizations.find(({ clients }) => clients.some(({ id }) => id === chosen));
  const shown = own ?? organizations.find(({ clients }) => clients.length > 0) ?? organizations[0];
  return (
    shown && {
      organizations,
      organizationId: shown.id,
      clientId: own === undefined ? shown.clients[0]?.id : chosen,
    }
  );
}
