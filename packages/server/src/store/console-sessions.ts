import type { ConsoleSession } from '../domain/console-session.ts';
import { userAgentLengthMax } from '../domain/limits.ts';
import type { Queries } from './database.ts';
import type { ConsoleSessionsTable } from './schema.ts';

export async function insertSession(queries: Queries, session: ConsoleSession, tokenHash: string): Promise<void> {
  await queries
    .insertInto('console_sessions')
    .values({
      id: session.id,
      token_hash: tokenHash,
      user_id: session.userId,
      created_at: session.createdAt,
      last_used_at: session.lastUsedAt,
      recent_at: session.recentAt,
      expires_at: session.expiresAt,
      address: session.address,
      user_agent: session.userAgent?.slice(0, userAgentLengthMax) ?? null,
      wrong_passwords: session.wrongPasswords?.count ?? 0,
      wrong_since: session.wrongPasswords?.since ?? null,
    })
    .execute();
}

/** A session that has not expired and was used after `idleSince`, of a user who may still use it. */
export async function findSession(
  queries: Queries,
  tokenHash: string,
  now: number,
  idleSince: number,
): Promise<ConsoleSession | undefined> {
  const row = await queries
    .selectFrom('console_sessions')
    .innerJoin('users', 'users.id', 'console_sessions.user_id')
    .selectAll('console_sessions')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .where('last_used_at', '>', idleSince)
    .where('users.state', '=', 'active')
    .where((expression) =>
      expression.or([
        expression('users.sessions_ended_at', 'is', null),
        expression('users.sessions_ended_at', '<=', expression.ref('console_sessions.created_at')),
      ]),
    )
    .executeTakeFirst();
  return row && toSession(row);
}

export async function listSessions(
  queries: Queries,
  userId: string,
  now: number,
  idleSince: number,
): Promise<readonly ConsoleSession[]> {
  const rows = await queries
    .selectFrom('console_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .where('last_used_at', '>', idleSince)
    .orderBy('last_used_at', 'desc')
    .limit(100)
    .execute();
  return rows.map(toSession);
}

/** Records that a session is in use, or that its password was entered again. */
export async function touchSession(
  queries: Queries,
  id: string,
  change: { readonly lastUsedAt: number; readonly recentAt?: number; readonly createdAt?: number },
): Promise<void> {
  await queries
    .updateTable('console_sessions')
    .set({
      last_used_at: change.lastUsedAt,
      ...(change.recentAt === undefined ? {} : { recent_at: change.recentAt }),
      ...(change.createdAt === undefined ? {} : { created_at: change.createdAt }),
    })
    .where('id', '=', id)
    .execute();
}

/** Ends sessions of a user: one, all but one, or all. */
export async function endSessions(
  queries: Queries,
  userId: string,
  which: { readonly id?: string; readonly except?: string } = {},
): Promise<number> {
  const ended = await queries
    .deleteFrom('console_sessions')
    .where('user_id', '=', userId)
    .$if(which.id !== undefined, (query) => query.where('id', '=', which.id ?? ''))
    .$if(which.except !== undefined, (query) => query.where('id', '!=', which.except ?? ''))
    .executeTakeFirst();
  return Number(ended.numDeletedRows);
}

/** Ends the sessions of a user that were idle longest, so that at most `keptMax` stay. */
export async function endIdlestSessions(queries: Queries, userId: string, keptMax: number): Promise<void> {
  const kept = queries
    .selectFrom('console_sessions')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('last_used_at', 'desc')
    .orderBy('id')
    .limit(keptMax);
  await queries.deleteFrom('console_sessions').where('user_id', '=', userId).where('id', 'not in', kept).execute();
}

/** Deletes up to `limit` sessions that have expired; returns how many. */
export function pruneSessions(queries: Queries, before: number, limit: number): Promise<number> {
  return removeSessions(queries, 'expires_at', before, limit);
}

/** Deletes up to `limit` sessions that were last used before a moment; returns how many. */
export function pruneIdleSessions(queries: Queries, before: number, limit: number): Promise<number> {
  return removeSessions(queries, 'last_used_at', before, limit);
}

async function removeSessions(
  queries: Queries,
  column: 'expires_at' | 'last_used_at',
  before: number,
  limit: number,
): Promise<number> {
  const over = queries
    .selectFrom('console_sessions')
    .select('id')
    .where(column, '<', before)
    .orderBy(column)
    .limit(limit);
  const removed = await queries.deleteFrom('console_sessions').where('id', 'in', over).executeTakeFirst();
  return Number(removed.numDeletedRows);
}

function toSession(row: ConsoleSessionsTable): ConsoleSession {
  return {
    id: row.id,
    userId: row.user_id,
    createdAt: Number(row.created_at),
    lastUsedAt: Number(row.last_used_at),
    recentAt: Number(row.recent_at),
    expiresAt: Number(row.expires_at),
    address: row.address,
    userAgent: row.user_agent,
    wrongPasswords: row.wrong_since === null ? null : { count: row.wrong_passwords, since: Number(row.wrong_since) },
  };
}
