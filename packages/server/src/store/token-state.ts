import type { Queries } from './database.ts';

/** What the validity of an access token depends on. */
export interface TokenSubject {
  readonly clientId: string;
  readonly organizationId: string;
  readonly userId: string | undefined;
  readonly familyId: string | undefined;
  readonly tokenHash: string;
}

/** Whether a token is still valid: its client, organization, user and family are active, and it was not revoked. */
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
  if (row === undefined || subject.userId === undefined) {
    return row !== undefined;
  }
  const since = subject.familyId === undefined ? undefined : await liveFamilySince(queries, subject.familyId);
  return since !== undefined && (await isUserLive(queries, subject.userId, subject.organizationId, since));
}

/** Whether a user may still act in an organization with a sign-in from `since` (epoch milliseconds). */
export async function isUserLive(
  queries: Queries,
  userId: string,
  organizationId: string,
  since: number,
): Promise<boolean> {
  const row = await queries
    .selectFrom('users')
    .innerJoin('memberships', 'memberships.user_id', 'users.id')
    .select('users.id')
    .where('users.id', '=', userId)
    .where('users.state', '=', 'active')
    .where('memberships.organization_id', '=', organizationId)
    .where('memberships.created_at', '<=', since)
    .where((expression) =>
      expression.or([
        expression('users.sessions_ended_at', 'is', null),
        expression('users.sessions_ended_at', '<=', since),
      ]),
    )
    .executeTakeFirst();
  return row !== undefined;
}

async function liveFamilySince(queries: Queries, familyId: string): Promise<number | undefined> {
  const row = await queries
    .selectFrom('refresh_families')
    .select('created_at')
    .where('id', '=', familyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row && Number(row.created_at);
}

/** Revokes one access token until it would have expired; false if it was already revoked. */
export async function revokeAccessToken(queries: Queries, tokenHash: string, expiresAt: number): Promise<boolean> {
  const revoked = await queries
    .insertInto('revoked_tokens')
    .values({ token_hash: tokenHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .returning('token_hash')
    .executeTakeFirst();
  return revoked !== undefined;
}

/** Deletes revoked tokens that have expired. */
export async function pruneRevokedTokens(queries: Queries, before: number, limit: number): Promise<number> {
  const ended = queries.selectFrom('revoked_tokens').select('token_hash').where('expires_at', '<', before).limit(limit);
  const removed = await queries.deleteFrom('revoked_tokens').where('token_hash', 'in', ended).executeTakeFirst();
  return Number(removed.numDeletedRows);
}
