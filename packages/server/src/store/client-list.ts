import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
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

/** Counts of an organization's clients: of all, and of the active ones that somebody should look at. */
export interface ClientCounts {
  readonly all: number;
  readonly expiring: number;
  readonly never: number;
  readonly idle: number;
}

/** Later than every expiry: the largest time there is. */
const never = 8_640_000_000_000_000;
const lastFourLength = 4;
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
      // Both ways down, as one index can be read.
      .$if(filter.sort === 'createdAt', (query) =>
        query.orderBy('api_clients.created_at', 'desc').orderBy('api_clients.id', 'desc'),
      )
      .$if(filter.sort === 'lastUsedAt', (query) =>
        query.orderBy((expression) => expression.fn.coalesce(lastUse(expression), sql<number>`0`), 'desc'),
      )
      .$if(filter.sort !== 'createdAt', (query) => query.orderBy('api_clients.id'))
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

  /** All counts of an overview, in one pass over the clients. */
  async countForOverview(): Promise<ClientCounts> {
    const row = await this.#queries
      .selectFrom(
        this.#matching({ sort: 'name' })
          .leftJoin('client_secrets', 'client_secrets.client_id', 'api_clients.id')
          .select((expression) => [
            'api_clients.state',
            expression.fn.max('client_secrets.last_used_at').as('last_use'),
            lastEndOf(expression).as('last_end'),
          ])
          .groupBy(['api_clients.id', 'api_clients.state'])
          .as('clients'),
      )
      .select(({ eb, fn, lit }) => {
        const active = eb('state', '=', 'active');
        const countOf = (condition: Expression<SqlBool>) =>
          fn.sum<number>(
            eb
              .case()
              .when(eb.and([active, condition]))
              .then(lit(1))
              .else(lit(0))
              .end(),
          );
        return [
          fn.countAll<number>().as('all'),
          countOf(eb.and([eb('last_end', '>', this.#now), eb('last_end', '<', this.#now + expiringMilliseconds)])).as(
            'expiring',
          ),
          countOf(eb('last_use', 'is', null)).as('never'),
          countOf(eb('last_use', '<', this.#now - idleMilliseconds)).as('idle'),
        ];
      })
      .executeTakeFirstOrThrow();
    const { all, expiring, never: unused, idle } = row;
    return { all: Number(all), expiring: Number(expiring), never: Number(unused), idle: Number(idle) };
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
            ...(search?.length === lastFourLength
              ? [expression('api_clients.id', 'in', this.#withLastFour(search))]
              : []),
          ]);
        }),
      )
      .$if(usage === 'never', (query) => query.where((expression) => expression(lastUse(expression), 'is', null)))
      .$if(usage === 'idle', (query) =>
        query.where((expression) => expression(lastUse(expression), '<', this.#now - idleMilliseconds)),
      )
      .$if(usage === 'expiring', (query) =>
        query.where((expression) =>
          // An old secret may expire: the client works as long as another one does.
          expression.and([
            expression(lastEnd(expression), '>', this.#now),
            expression(lastEnd(expression), '<', this.#now + expiringMilliseconds),
          ]),
        ),
      );
  }

  #withLastFour(lastFour: string) {
    return this.#queries
      .selectFrom('client_secrets')
      .select('client_secrets.client_id')
      .where('client_secrets.organization_id', '=', this.#organizationId)
      .where('client_secrets.last_four', '=', lastFour);
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

/** When the last secret of a client expires; `never` for one that does not. */
function lastEnd(expression: InClients) {
  return secretsOf(expression).select((inner) => lastEndOf(inner).as('last_end'));
}

function lastEndOf(expression: ExpressionBuilder<Schema, 'client_secrets'>) {
  return expression.fn.max<number>(expression.fn.coalesce('client_secrets.expires_at', expression.lit(never)));
}

function lastUse(expression: InClients) {
  return secretsOf(expression).select((inner) => inner.fn.max('client_secrets.last_used_at').as('last_used_at'));
}
