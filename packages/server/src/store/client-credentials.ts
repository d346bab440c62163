import type { CompiledQuery } from 'kysely';
import type { Access, GrantType } from '../domain/access.ts';
import type { ClientCredentials } from '../domain/api-client.ts';
import type { Database } from './database.ts';

/** Two may be valid; the two before are read so that the audit log can tell an expired secret from a wrong one. */
const secretsRead = 4;
/** Sorts a secret that never expires after all others: the largest time there is. */
const never = 8_640_000_000_000_000;

interface CredentialsRow {
  readonly organization_id: string;
  readonly access: Access;
  readonly grants: string;
  readonly state: string;
  readonly organization_state: string;
  readonly api_clients_enabled: number;
  readonly secret_id: string | null;
  readonly hash: string | null;
  readonly expires_at: number | null;
}

/** Finds a client by its id at sign-in: with `organizationOfClient`, the one look-up that crosses organizations. */
export class ClientCredentialsReader {
  readonly #queries: Database['queries'];
  readonly #query: CompiledQuery<CredentialsRow>;

  constructor(queries: Database['queries']) {
    this.#queries = queries;
    this.#query = compileQuery(queries);
  }

  async find(clientId: string): Promise<ClientCredentials | undefined> {
    const query: CompiledQuery<CredentialsRow> = { ...this.#query, parameters: [clientId, secretsRead] };
    const { rows } = await this.#queries.executeQuery(query);
    const [first] = rows;
    if (first === undefined) {
      return undefined;
    }
    return {
      clientId,
      organizationId: first.organization_id,
      access: first.access,
      // Written from the same type.
      grants: first.grants.split(' ') as GrantType[],
      isDisabled: first.state !== 'active',
      organizationIsDisabled: first.organization_state !== 'active',
      apiClientsAreOff: first.api_clients_enabled !== 1,
      secrets: rows.flatMap(({ secret_id, hash, expires_at }) =>
        secret_id === null || hash === null
          ? []
          : [
              {
                id: secret_id,
                hash: Buffer.from(hash, 'base64url'),
                expiresAt: expires_at === null ? null : Number(expires_at),
              },
            ],
      ),
    };
  }
}

/**
 * Compiled once: building the query costs more than running it. Valid secrets come first: one of them may be older than
 * several that came and went beside it.
 */
function compileQuery(queries: Database['queries']): CompiledQuery<CredentialsRow> {
  return queries
    .selectFrom('api_clients')
    .innerJoin('organizations', 'organizations.id', 'api_clients.organization_id')
    .leftJoin('client_secrets', 'client_secrets.client_id', 'api_clients.id')
    .select([
      'api_clients.organization_id',
      'api_clients.access',
      'api_clients.grants',
      'api_clients.state',
      'organizations.state as organization_state',
      'organizations.api_clients_enabled',
      'client_secrets.id as secret_id',
      'client_secrets.hash',
      'client_secrets.expires_at',
    ])
    .where('api_clients.id', '=', '')
    .orderBy((expression) => expression.fn.coalesce('client_secrets.expires_at', expression.lit(never)), 'desc')
    .orderBy('client_secrets.created_at', 'desc')
    .limit(secretsRead)
    .compile();
}
