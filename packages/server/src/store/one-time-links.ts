import type { ExpressionBuilder } from 'kysely';
import type { OneTimeLink } from '../domain/one-time-link.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { OneTimeLinksTable, Schema } from './schema.ts';

type Kind = OneTimeLink['kind'];

export async function insertLink(queries: Queries, link: OneTimeLink, tokenHash: string): Promise<void> {
  await queries
    .insertInto('one_time_links')
    .values({
      id: link.id,
      token_hash: tokenHash,
      kind: link.kind,
      organization_id: link.organizationId,
      user_id: link.userId,
      email: link.email,
      role: link.role,
      created_by: link.createdBy,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
    })
    .execute();
}

/** A link by its token, expired or not, and whether its maker may still make such a link. */
export async function findLink(
  queries: Queries,
  kinds: readonly Kind[],
  tokenHash: string,
): Promise<{ readonly link: OneTimeLink; readonly makerMay: boolean } | undefined> {
  const row = await queries
    .selectFrom('one_time_links')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('kind', 'in', kinds)
    .executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  const founded = await queries
    .selectFrom('one_time_links')
    .select('id')
    .where('id', '=', row.id)
    .where(makerMay)
    .executeTakeFirst();
  return { link: toLink(row), makerMay: founded !== undefined };
}

/** Uses a link up if it still works: of two requests that use it at once, one gets it. */
export async function useLink(
  queries: Queries,
  kinds: readonly Kind[],
  tokenHash: string,
  now: number,
): Promise<OneTimeLink | undefined> {
  const row = await queries
    .deleteFrom('one_time_links')
    .where('token_hash', '=', tokenHash)
    .where('kind', 'in', kinds)
    .where('expires_at', '>', now)
    .where(makerMay)
    .returningAll()
    .executeTakeFirst();
  return row && toLink(row);
}

/** Voids every setup token. */
export async function voidSetupTokens(queries: Queries): Promise<void> {
  await queries.deleteFrom('one_time_links').where('kind', '=', 'setup').execute();
}

/** Voids the reset links of a user: all of them, or those that one organization's owners made. */
export async function voidResetLinks(queries: Queries, userId: string, organizationId?: string): Promise<void> {
  await queries
    .deleteFrom('one_time_links')
    .where('kind', '=', 'reset')
    .where('user_id', '=', userId)
    .$if(organizationId !== undefined, (query) => query.where('organization_id', '=', organizationId ?? ''))
    .execute();
}

/** Voids what a user made and may not make any more; call it in the transaction that takes the right away. */
export async function voidLinksBeyondRights(queries: Queries, makerId: string): Promise<void> {
  await queries
    .deleteFrom('one_time_links')
    .where('created_by', '=', makerId)
    .where((expression) => expression.not(makerMay(expression)))
    .execute();
}

/**
 * The one rule for who may make links: operators all of them, owners those of their organization, and nobody who is
 * disabled. What the command line made has no maker: whoever holds the store may do everything.
 */
function makerMay(expression: ExpressionBuilder<Schema, 'one_time_links'>) {
  const owns = expression
    .selectFrom('memberships as held')
    .select('held.user_id')
    .whereRef('held.user_id', '=', 'one_time_links.created_by')
    .whereRef('held.organization_id', '=', 'one_time_links.organization_id')
    .where('held.role', '=', 'owner');
  const may = expression
    .selectFrom('users as maker')
    .select('maker.id')
    .whereRef('maker.id', '=', 'one_time_links.created_by')
    .where('maker.state', '=', 'active')
    .where((inner) => inner.or([inner('maker.is_operator', '=', 1), inner.exists(owns)]));
  return expression.or([expression('one_time_links.created_by', 'is', null), expression.exists(may)]);
}

/** The open invitations to become an operator. */
export async function listOperatorInvitations(queries: Queries, now: number): Promise<readonly OneTimeLink[]> {
  const rows = await queries
    .selectFrom('one_time_links')
    .selectAll()
    .where('kind', '=', 'operator_invitation')
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toLink);
}

export async function countOperatorInvitations(queries: Queries, now: number): Promise<number> {
  const row = await queries
    .selectFrom('one_time_links')
    .select((expression) => expression.fn.countAll().as('count'))
    .where('kind', '=', 'operator_invitation')
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Withdraws invitations to become an operator: one by its id, or those for an address. */
export async function removeOperatorInvitation(
  queries: Queries,
  which: { readonly id: string } | { readonly email: string },
): Promise<OneTimeLink | undefined> {
  const row = await queries
    .deleteFrom('one_time_links')
    .where('kind', '=', 'operator_invitation')
    .where((expression) => ('id' in which ? expression('id', '=', which.id) : expression('email', '=', which.email)))
    .returningAll()
    .executeTakeFirst();
  return row && toLink(row);
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

  /** Withdraws open invitations for an email address, because a new one replaces them. */
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
    userId: row.user_id,
    email: row.email,
    role: row.role,
    createdBy: row.created_by,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
  };
}
