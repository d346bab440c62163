import type { GrantType } from '../domain/access.ts';
import type { ApiClient, ClientSecret } from '../domain/api-client.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { ApiClientsTable, ClientSecretsTable } from './schema.ts';

/** The API clients of one organization, and nothing of any other. */
export class OrganizationClients {
  readonly #queries: Queries;
  readonly #organizationId: string;

  constructor(queries: Queries, organizationId: string) {
    this.#queries = queries;
    this.#organizationId = organizationId;
  }

  async insert(client: Omit<ApiClient, 'organizationId'>): Promise<void> {
    await this.#queries
      .insertInto('api_clients')
      .values({
        id: client.id,
        organization_id: this.#organizationId,
        name: client.name,
        description: client.description,
        access: client.access,
        grants: client.grants.join(' '),
        state: client.state,
        created_at: client.createdAt,
        updated_at: client.updatedAt,
        version: client.version,
      })
      .execute();
  }

  async find(id: string): Promise<ApiClient | undefined> {
    const row = await this.#queries
      .selectFrom('api_clients')
      .selectAll()
      .where('id', '=', id)
      .where('organization_id', '=', this.#organizationId)
      .executeTakeFirst();
    return row && toApiClient(row);
  }

  async count(): Promise<number> {
    const row = await this.#queries
      .selectFrom('api_clients')
      .select((expression) => expression.fn.countAll().as('count'))
      .where('organization_id', '=', this.#organizationId)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** Oldest first. */
  async list(page: Page): Promise<readonly ApiClient[]> {
    const rows = await this.#queries
      .selectFrom('api_clients')
      .selectAll()
      .where('organization_id', '=', this.#organizationId)
      .orderBy('created_at')
      .orderBy('id')
      .limit(page.size)
      .offset(page.size * (page.number - 1))
      .execute();
    return rows.map(toApiClient);
  }

  /** Changes a client if it is still at `version`; undefined if it was deleted or changed in the meantime. */
  async update(
    id: string,
    version: number,
    change: Partial<Pick<ApiClient, 'name' | 'description' | 'access' | 'state' | 'grants'>>,
    now: number,
  ): Promise<ApiClient | undefined> {
    const { grants, ...rest } = change;
    const row = await this.#queries
      .updateTable('api_clients')
      .set({
        ...rest,
        ...(grants === undefined ? {} : { grants: grants.join(' ') }),
        updated_at: now,
        version: version + 1,
      })
      .where('id', '=', id)
      .where('organization_id', '=', this.#organizationId)
      .where('version', '=', version)
      .returningAll()
      .executeTakeFirst();
    return row && toApiClient(row);
  }

  /** Removes a client and its secrets if it is still at `version`. */
  async remove(id: string, version: number): Promise<boolean> {
    const removed = await this.#queries
      .deleteFrom('api_clients')
      .where('id', '=', id)
      .where('organization_id', '=', this.#organizationId)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst();
    return removed !== undefined;
  }

  async insertSecret(secret: Omit<ClientSecret, 'lastUsedAt' | 'lastUsedAddress'>): Promise<void> {
    if ((await this.find(secret.clientId)) === undefined) {
      throw new Error('the client of a secret must belong to this organization');
    }
    await this.#queries
      .insertInto('client_secrets')
      .values({
        id: secret.id,
        client_id: secret.clientId,
        organization_id: this.#organizationId,
        hash: secret.hash.toString('base64url'),
        last_four: secret.lastFour,
        created_at: secret.createdAt,
        expires_at: secret.expiresAt,
        last_used_at: null,
        last_used_address: null,
      })
      .execute();
  }

  /** The secrets of a client that are valid at `now`, oldest first. */
  async liveSecrets(clientId: string, now: number): Promise<readonly ClientSecret[]> {
    const rows = await this.#queries
      .selectFrom('client_secrets')
      .selectAll()
      .where('client_id', '=', clientId)
      .where('organization_id', '=', this.#organizationId)
      .where((expression) => expression.or([expression('expires_at', 'is', null), expression('expires_at', '>', now)]))
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(toClientSecret);
  }

  /** Removes the oldest secrets that have expired, so that at most `keptMax` of them stay. */
  async removeOldSecrets(clientId: string, now: number, keptMax: number): Promise<void> {
    const expired = await this.#queries
      .selectFrom('client_secrets')
      .select('id')
      .where('client_id', '=', clientId)
      .where('organization_id', '=', this.#organizationId)
      .where('expires_at', '<=', now)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    const old = expired.slice(keptMax).map(({ id }) => id);
    if (old.length > 0) {
      await this.#queries.deleteFrom('client_secrets').where('id', 'in', old).execute();
    }
  }

  /** Sets the expiry of one secret (epoch milliseconds). */
  async setSecretExpiry(clientId: string, secretId: string, expiresAt: number): Promise<void> {
    await this.#queries
      .updateTable('client_secrets')
      .set({ expires_at: expiresAt })
      .where('id', '=', secretId)
      .where('client_id', '=', clientId)
      .where('organization_id', '=', this.#organizationId)
      .execute();
  }

  /** Lets the secrets of a client expire at `expiresAt` (epoch milliseconds), unless they expire sooner. */
  async expireSecrets(clientId: string, expiresAt: number): Promise<void> {
    await this.#queries
      .updateTable('client_secrets')
      .set({ expires_at: expiresAt })
      .where('client_id', '=', clientId)
      .where('organization_id', '=', this.#organizationId)
      .where((expression) =>
        expression.or([expression('expires_at', 'is', null), expression('expires_at', '>', expiresAt)]),
      )
      .execute();
  }
}

/** The organization of a client, for the operator, who gives only the client id. */
export async function organizationOfClient(queries: Queries, clientId: string): Promise<string | undefined> {
  const row = await queries
    .selectFrom('api_clients')
    .select('organization_id')
    .where('id', '=', clientId)
    .executeTakeFirst();
  return row?.organization_id;
}

export function toApiClient(row: ApiClientsTable): ApiClient {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    access: row.access,
    // Written by `insert` from the same type.
    grants: row.grants.split(' ') as GrantType[],
    state: row.state,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}

export function toClientSecret(row: ClientSecretsTable): ClientSecret {
  return {
    id: row.id,
    clientId: row.client_id,
    hash: Buffer.from(row.hash, 'base64url'),
    lastFour: row.last_four,
    createdAt: Number(row.created_at),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
    lastUsedAddress: row.last_used_address,
  };
}
