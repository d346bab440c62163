import type { Queries } from './database.ts';

/** What an access token names, as far as its life depends on it. */
export interface TokenSubject {
  readonly clientId: string;
  readonly organizationId: string;
  readonly userId: string | undefined;
  readonly familyId: string | undefined;
  readonly tokenHash: string;
}

/** Whether all that a token stands on is still so: its client, organization, user, family, and the token itself. */
export async function isTokenLive(queries: Queries, subject: TokenSubject): Promise<boolean> {
  const row = await queries
    .selectFrom('api_clients')
    .innerJoin('organizations', 'organizations.id', 'api_clients.organization_id')
    .select('api_clients.id')
    .where('api_clients.id', '=', subject.clientId)
    .where('api_clients.organization_id', '=', subject.organizationId)
    .where('api_clients.state', '=', 'active')
    .where('organizations.state', '=', 'active')
    .where('organizations.api_clients_enabled', '=', 1)
    .where((expression) =>
      expression.not(
        expression.exists(
          expression
            .selectFrom('revoked_tokens')
            .select('revoked_tokens.token_hash')
            .where('revoked_tokens.token_hash', '=', subject.tokenHash),
        ),
      ),
    )
    .executeTakeFirst();
  return (
    row !== undefined &&
    (subject.userId === undefined || (await isUserLive(queries, subject.userId, subject.organizationId))) &&
    (subject.familyId === undefined || (await isFamilyLive(queries, subject.familyId)))
  );
}

/** Whether a user may act in an organization now. */
export async function isUserLive(queries: Queries, userId: string, organizationId: string): Promise<boolean> {
  const row = await queries
    .selectFrom('users')
    .innerJoin('memberships', 'memberships.user_id', 'users.id')
    .select('users.id')
    .where('users.id', '=', userId)
    .where('users.state', '=', 'active')
    .where('memberships.organization_id', '=', organizationId)
    .executeTakeFirst();
  return row !== undefined;
}

async function isFamilyLive(queries: Queries, familyId: string): Promise<boolean> {
  const row = await queries
    .selectFrom('refresh_families')
    .select('id')
    .where('id', '=', familyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends one access token; it is kept until the token would have ended by itself. */
export async function revokeAccessToken(queries: Queries, tokenHash: string, expiresAt: number): Promise<void> {
  await queries
    .insertInto('revoked_tokens')
    .values({ token_hash: tokenHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .execute();
}

/** Forgets revoked tokens that have ended by themselves. */
export async function pruneRevokedTokens(queries: Queries, before: number, limit: number): Promise<number> {
  const ended = queries
    .selectFrom('revoked_tokens')
    .select('token_hash')
    .where('expires_at', '<', before)
    .limit(limit);
  const removed = await queries.deleteFrom('revoked_tokens').where('token_hash', 'in', ended).executeTakeFirst();
  return Number(removed.numDeletedRows);
}
