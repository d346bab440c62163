import type { OneTimeLink } from '../domain/one-time-link.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { OneTimeLinksTable } from './schema.ts';

export async function insertLink(queries: Queries, link: OneTimeLink, tokenHash: string): Promise<void> {
  await queries
    .insertInto('one_time_links')
    .values({
      id: link.id,
      token_hash: tokenHash,
      kind: link.kind,
      organization_id: link.organizationId,
      email: link.email,
      role: link.role,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
    })
    .execute();
}

export async function findLink(
  queries: Queries,
  kind: OneTimeLink['kind'],
  tokenHash: string,
  now: number,
): Promise<OneTimeLink | undefined> {
  const row = await queries
    .selectFrom('one_time_links')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && toLink(row);
}

/** Uses a link up: of two requests that use it at once, one gets it. */
export async function useLink(
  queries: Queries,
  kind: OneTimeLink['kind'],
  tokenHash: string,
  now: number,
): Promise<OneTimeLink | undefined> {
  const row = await queries
    .deleteFrom('one_time_links')
    .where('token_hash', '=', tokenHash)
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
  return row && toLink(row);
}

/** Voids links: all of a kind, or those for one e-mail address. */
export async function voidLinks(queries: Queries, kind: OneTimeLink['kind'], email?: string): Promise<void> {
  await queries
    .deleteFrom('one_time_links')
    .where('kind', '=', kind)
    .$if(email !== undefined, (query) => query.where('email', '=', email ?? ''))
    .execute();
}

/** The open invitations of one organization, and nothing of any other. */
export class OrganizationInvitations {
  readonly #queries: Queries;
  readonly #organizationId: string;

  constructor(queries: Queries, organizationId: string) {
    this.#queries = queries;
    this.#organizationId = organizationId;
  }

  async list(page: Page, now: number): Promise<readonly OneTimeLink[]> {
    const rows = await this.#open(now)
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(page.size)
      .offset(page.size * (page.number - 1))
      .execute();
    return rows.map(toLink);
  }

  async count(now: number): Promise<number> {
    const row = await this.#open(now)
      .select((expression) => expression.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async remove(id: string): Promise<OneTimeLink | undefined> {
    const row = await this.#queries
      .deleteFrom('one_time_links')
      .where('id', '=', id)
      .where('kind', '=', 'invitation')
      .where('organization_id', '=', this.#organizationId)
      .returningAll()
      .executeTakeFirst();
    return row && toLink(row);
  }

  /** Withdraws open invitations for an e-mail address, because a new one replaces them. */
  async removeFor(email: string): Promise<void> {
    await this.#queries
      .deleteFrom('one_time_links')
      .where('kind', '=', 'invitation')
      .where('organization_id', '=', this.#organizationId)
      .where('email', '=', email)
      .execute();
  }

  #open(now: number) {
    return this.#queries
      .selectFrom('one_time_links')
      .where('kind', '=', 'invitation')
      .where('organization_id', '=', this.#organizationId)
      .where('expires_at', '>', now);
  }
}

/** Deletes up to `limit` links that have expired; returns how many. */
export async function pruneLinks(queries: Queries, before: number, limit: number): Promise<number> {
  const expired = queries
    .selectFrom('one_time_links')
    .select('id')
    .where('expires_at', '<', before)
    .orderBy('expires_at')
    .limit(limit);
  const removed = await queries.deleteFrom('one_time_links').where('id', 'in', expired).executeTakeFirst();
  return Number(removed.numDeletedRows);
}

function toLink(row: OneTimeLinksTable): OneTimeLink {
  return {
    id: row.id,
    kind: row.kind,
    organizationId: row.organization_id,
    email: row.email,
    role: row.role,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
  };
}
