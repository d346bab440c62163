import type { Page } from '../domain/page.ts';
import type { RefreshFamily } from '../domain/refresh-family.ts';
import type { Queries } from './database.ts';
import type { RefreshFamiliesTable } from './schema.ts';

export async function insertRefreshFamily(
  queries: Queries,
  family: Omit<RefreshFamily, 'previousHash' | 'previousAskedScope' | 'sealedSuccessor' | 'rotatedAt' | 'revokedAt'>,
): Promise<void> {
  await queries
    .insertInto('refresh_families')
    .values({
      id: family.id,
      client_id: family.clientId,
      organization_id: family.organizationId,
      user_id: family.userId,
      scope: family.scope,
      current_hash: family.currentHash,
      previous_hash: null,
      previous_asked_scope: null,
      sealed_successor: null,
      rotated_at: null,
      created_at: family.createdAt,
      idle_expires_at: family.idleExpiresAt,
      absolute_expires_at: family.absoluteExpiresAt,
      revoked_at: null,
      revoked_reason: null,
      last_used_address: family.lastUsedAddress,
    })
    .execute();
}

/** Finds a family by the id in a token that we issued; the caller must compare the client. */
export async function findRefreshFamily(queries: Queries, id: string): Promise<RefreshFamily | undefined> {
  const row = await queries.selectFrom('refresh_families').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toFamily(row);
}

/** The replacement of a family's current token by its successor. */
export interface Rotation {
  readonly id: string;
  readonly currentHash: string;
  readonly successorHash: string;
  readonly sealedSuccessor: string | null;
  readonly askedScope: string;
  readonly idleExpiresAt: number;
  readonly address: string | null;
}

/** Replaces the current token by its successor, if it is still current: one statement decides races. */
export async function rotateRefreshToken(queries: Queries, rotation: Rotation, now: number): Promise<boolean> {
  const rotated = await queries
    .updateTable('refresh_families')
    .set({
      current_hash: rotation.successorHash,
      previous_hash: rotation.currentHash,
      previous_asked_scope: rotation.askedScope,
      sealed_successor: rotation.sealedSuccessor,
      rotated_at: now,
      idle_expires_at: rotation.idleExpiresAt,
      last_used_address: rotation.address,
    })
    .where('id', '=', rotation.id)
    .where('current_hash', '=', rotation.currentHash)
    .where('revoked_at', 'is', null)
    .where('idle_expires_at', '>', now)
    .where('absolute_expires_at', '>', now)
    .returning('id')
    .executeTakeFirst();
  return rotated !== undefined;
}

/** Revokes families that are not revoked yet; returns how many. */
export async function revokeRefreshFamilies(
  queries: Queries,
  of:
    | { readonly id: string }
    | { readonly userId: string; readonly organizationId?: string }
    | { readonly clientId: string; readonly organizationId: string; readonly id?: string },
  reason: string,
  now: number,
): Promise<number> {
  const revoked = await queries
    .updateTable('refresh_families')
    .set({ revoked_at: now, revoked_reason: reason, sealed_successor: null })
    .where('revoked_at', 'is', null)
    .where((expression) =>
      expression.and({
        ...('id' in of && of.id !== undefined ? { id: of.id } : {}),
        ...('userId' in of ? { user_id: of.userId } : {}),
        ...('clientId' in of ? { client_id: of.clientId } : {}),
        ...('organizationId' in of && of.organizationId !== undefined ? { organization_id: of.organizationId } : {}),
      }),
    )
    .executeTakeFirst();
  return Number(revoked.numUpdatedRows);
}

/** A sign-in of a user through a client, for the owners of its organization. Times are epoch milliseconds. */
export interface ListedSignIn {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly lastUsedAddress: string | null;
}

/** A page of the sign-ins of a client that can still be refreshed, newest first, and how many there are. */
export async function listSignIns(
  queries: Queries,
  of: { readonly organizationId: string; readonly clientId: string },
  page: Page,
  now: number,
): Promise<{ readonly items: readonly ListedSignIn[]; readonly totalCount: number }> {
  const live = queries
    .selectFrom('refresh_families')
    .innerJoin('users', 'users.id', 'refresh_families.user_id')
    .where('refresh_families.organization_id', '=', of.organizationId)
    .where('refresh_families.client_id', '=', of.clientId)
    .where('refresh_families.revoked_at', 'is', null)
    .where('refresh_families.idle_expires_at', '>', now)
    .where('refresh_families.absolute_expires_at', '>', now);
  const rows = await live
    .select([
      'refresh_families.id',
      'refresh_families.user_id',
      'refresh_families.created_at',
      'refresh_families.rotated_at',
      'refresh_families.last_used_address',
      'users.email',
      'users.name',
    ])
    .orderBy('refresh_families.created_at', 'desc')
    .orderBy('refresh_families.id', 'desc')
    .limit(page.size)
    .offset(page.size * (page.number - 1))
    .execute();
  const { count } = await live.select((expression) => expression.fn.countAll().as('count')).executeTakeFirstOrThrow();
  return {
    items: rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      email: row.email,
      name: row.name,
      createdAt: Number(row.created_at),
      lastUsedAt: Number(row.rotated_at ?? row.created_at),
      lastUsedAddress: row.last_used_address,
    })),
    totalCount: Number(count),
  };
}

/** Deletes up to `limit` successors whose grace window closed before a moment; returns how many. */
export async function pruneSuccessors(queries: Queries, rotatedBefore: number, limit: number): Promise<number> {
  const closed = queries
    .selectFrom('refresh_families')
    .select('id')
    .where('sealed_successor', 'is not', null)
    .where('rotated_at', '<', rotatedBefore)
    .orderBy('rotated_at')
    .limit(limit);
  const forgotten = await queries
    .updateTable('refresh_families')
    .set({ sealed_successor: null })
    .where('id', 'in', closed)
    .executeTakeFirst();
  return Number(forgotten.numUpdatedRows);
}

/** Deletes up to `limit` families that expired before a moment, so that no token can belong to them; returns how many. */
export async function pruneRefreshFamilies(queries: Queries, expiredBefore: number, limit: number): Promise<number> {
  const expired = queries
    .selectFrom('refresh_families')
    .select('id')
    .where('absolute_expires_at', '<', expiredBefore)
    .orderBy('absolute_expires_at')
    .limit(limit);
  const removed = await queries.deleteFrom('refresh_families').where('id', 'in', expired).executeTakeFirst();
  return Number(removed.numDeletedRows);
}

function toFamily(row: RefreshFamiliesTable): RefreshFamily {
  return {
    id: row.id,
    clientId: row.client_id,
    organizationId: row.organization_id,
    userId: row.user_id,
    scope: row.scope,
    currentHash: row.current_hash,
    previousHash: row.previous_hash,
    previousAskedScope: row.previous_asked_scope,
    sealedSuccessor: row.sealed_successor,
    rotatedAt: row.rotated_at === null ? null : Number(row.rotated_at),
    createdAt: Number(row.created_at),
    idleExpiresAt: Number(row.idle_expires_at),
    absoluteExpiresAt: Number(row.absolute_expires_at),
    revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
    lastUsedAddress: row.last_used_address,
  };
}
