import { type ExpressionBuilder, sql } from 'kysely';
import type { Access } from '../domain/access.ts';
import type { ApiClient, ClientSecret, ListedClient } from '../domain/api-client.ts';
import { dayMilliseconds } from '../domain/duration.ts';
import { expiringSoonDays, idleClientDays } from '../domain/limits.ts';
import type { Page } from '../domain/page.ts';
import { toApiClient, toClientSecret } from './api-clients.ts';
import type { Queries } from './database.ts';
import type { Schema } from './schema.ts';

/** Which clients to list, and in what order. */
export interface ClientFilter {
  /** A part of the name, the client id or its end, or the last four characters of a secret. */
  readonly search?: string | undefined;
  readonly access?: Access | undefined;
  readonly state?: ApiClient['state'] | undefined;
  readonly usage?: 'never' | 'idle' | 'expiring' | undefined;
  readonly sort: 'name' | 'createdAt' | 'lastUsedAt';
}

const idleMilliseconds = idleClientDays * dayMilliseconds;
const expiringMilliseconds = expiringSoonDays * dayMilliseconds;

/** Searches the API clients of one organization, and of no other. */
export class ClientSearch {
  readonly #queries: Queries;
  readonly #organizationId: string;
  readonly #now: number;

  constructor(queries: Queries, organizationId: string, now: number) {
    this.#queries = queries;
    this.#organizationId = organizationId;
    this.#now = now;
  }

  async list(filter: ClientFilter, page: Page): Promise<readonly ListedClient[]> {
    const rows = await this.#matching(filter)
      .selectAll('api_clients')
      .$if(filter.sort === 'name', (query) => query.orderBy(sql`lower(api_clients.name)`))
      .$if(filter.sort === 'createdAt', (query) => query.orderBy('api_clients.created_at', 'desc'))
      .$if(filter.sort === 'lastUsedAt', (query) =>
        query.orderBy((expression) => expression.fn.coalesce(lastUse(expression), sql<number>`0`), 'desc'),
      )
      .orderBy('api_clients.id')
      .limit(page.size)
      .offset(page.size * (page.number - 1))
      .execute();
    return this.#withSecrets(rows.map(toApiClient));
  }

  async count(filter: ClientFilter): Promise<number> {
    const row = await this.#matching(filter)
      .select((expression) => expression.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async find(clientId: string): Promise<ListedClient | undefined> {
    const row = await this.#matching({ sort: 'name' })
      .selectAll('api_clients')
      .where('api_clients.id', '=', clientId)
      .executeTakeFirst();
    const [found] = row === undefined ? [] : await this.#withSecrets([toApiClient(row)]);
    return found;
  }

  #matching(filter: ClientFilter) {
    const { search, access, state, usage } = filter;
    return this.#queries
      .selectFrom('api_clients')
      .where('api_clients.organization_id', '=', this.#organizationId)
      .$if(access !== undefined, (query) => query.where('access', '=', access ?? 'read'))
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'active'))
      .$if(search !== undefined && search !== '', (query) =>
        query.where((expression) => {
          const pattern = `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
          return expression.or([
            sql<boolean>`lower(api_clients.name) like ${pattern} escape '\\'`,
            sql<boolean>`lower(api_clients.id) like ${pattern} escape '\\'`,
            expression.exists(
              secretsOf(expression)
                .select('client_secrets.id')
                .where('client_secrets.last_four', '=', search ?? ''),
            ),
          ]);
        }),
      )
      .$if(usage === 'never', (query) => query.where((expression) => expression(lastUse(expression), 'is', null)))
      .$if(usage === 'idle', (query) =>
        query.where((expression) => expression(lastUse(expression), '<', this.#now - idleMilliseconds)),
      )
      .$if(usage === 'expiring', (query) =>
        query.where((expression) =>
          expression.and([
            expression.exists(endingAfter(expression, this.#now)),
            // An old secret may expire: the client works as long as another one is valid.
            expression.not(expression.exists(endingAfter(expression, this.#now + expiringMilliseconds - 1))),
          ]),
        ),
      );
  }

  async #withSecrets(clients: readonly ApiClient[]): Promise<readonly ListedClient[]> {
    if (clients.length === 0) {
      return [];
    }
    const rows = await this.#queries
      .selectFrom('client_secrets')
      .selectAll()
      .where('organization_id', '=', this.#organizationId)
      .where(
        'client_id',
        'in',
        clients.map(({ id }) => id),
      )
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    const secrets = Map.groupBy(rows.map(toClientSecret), ({ clientId }) => clientId);
    return clients.map((client) => this.#listed(client, secrets.get(client.id) ?? []));
  }

  #listed(client: ApiClient, secrets: readonly ClientSecret[]): ListedClient {
    const lastUsed = secrets.reduce<ClientSecret | undefined>(
      (latest, secret) => ((secret.lastUsedAt ?? -1) > (latest?.lastUsedAt ?? -1) ? secret : latest),
      undefined,
    );
    return {
      client,
      secrets: secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > this.#now),
      lastUsedAt: lastUsed?.lastUsedAt ?? null,
      lastUsedAddress: lastUsed?.lastUsedAddress ?? null,
    };
  }
}

type InClients = ExpressionBuilder<Schema, 'api_clients'>;

function secretsOf(expression: InClients) {
  return expression
    .selectFrom('client_secrets')
    .whereRef('client_secrets.client_id', '=', 'api_clients.id')
    .whereRef('client_secrets.organization_id', '=', 'api_clients.organization_id');
}

/** The secrets of a client that are still valid after a moment. */
function endingAfter(expression: InClients, moment: number) {
  return secretsOf(expression)
    .select('client_secrets.id')
    .where((inner) =>
      inner.or([inner('client_secrets.expires_at', 'is', null), inner('client_secrets.expires_at', '>', moment)]),
    );
}

function lastUse(expression: InClients) {
  return secretsOf(expression).select((inner) => inner.fn.max('client_secrets.last_used_at').as('last_used_at'));
}
