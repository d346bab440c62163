import type { ActionContext } from '../actions/context.ts';
import type { ClientCredentials } from '../domain/api-client.ts';
import { ClientCredentialsReader } from '../store/client-credentials.ts';
import { VersionedCache } from './versioned-cache.ts';

const clientsMax = 10_000;

/** The clients that ask for tokens, kept in memory until the store changes; guessed client ids take no room. */
export class Clients {
  readonly #cache: VersionedCache<string, ClientCredentials | undefined>;

  constructor(
    { database, now }: Pick<ActionContext, 'database' | 'now'>,
    reader: Pick<ClientCredentialsReader, 'find'> = new ClientCredentialsReader(database.queries),
  ) {
    this.#cache = new VersionedCache({
      version: () => database.dataVersion(),
      now,
      read: (clientId) => reader.find(clientId),
      entriesMax: clientsMax,
    });
  }

  /** The client as the store has it now; undefined if there is none. */
  find(clientId: string): ClientCredentials | undefined | Promise<ClientCredentials | undefined> {
    return this.#cache.get(clientId);
  }
}
