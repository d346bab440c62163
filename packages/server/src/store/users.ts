import { sql } from 'kysely';
import type { Membership } from '../domain/member.ts';
import type { Page } from '../domain/page.ts';
import type { Theme, User } from '../domain/user.ts';
import type { Queries } from './database.ts';
import type { UsersTable } from './schema.ts';

/** Adds a user; false if the email address already has one. */
export async function insertUser(queries: Queries, user: User): Promise<boolean> {
  const inserted = await queries
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      password_hash: user.passwordHash,
      state: user.state,
      sessions_ended_at: null,
      name: user.name,
      locale: user.locale,
      theme: user.theme,
      is_operator: user.isOperator ? 1 : 0,
      vouched_by_organization_id: user.vouchedBy,
      address_detached_at: null,
      wrong_passwords: 0,
      untold_wrong_passwords: 0,
      untold_since: null,
      created_at: user.createdAt,
      updated_at: user.updatedAt,
      version: user.version,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function findUserByEmail(queries: Queries, email: string): Promise<User | undefined> {
  const row = await queries.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  return row && toUser(row);
}

export async function findUser(queries: Queries, id: string): Promise<User | undefined> {
  const row = await queries.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUser(row);
}

export async function countUsers(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('users')
    .select((expression) => expression.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The users who run the instance. */
export async function listOperators(queries: Queries): Promise<readonly User[]> {
  const rows = await queries
    .selectFrom('users')
    .selectAll()
    // A literal, as in the index of operators.
    .where('is_operator', '=', sql.lit(1))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toUser);
}

/** The organizations that a user is a member of, by name. */
export async function listMemberships(queries: Queries, userId: string): Promise<readonly Membership[]> {
  const rows = await queries
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select(['organizations.id', 'organizations.name', 'memberships.role'])
    .where('memberships.user_id', '=', userId)
    .orderBy('organizations.name')
    .orderBy('organizations.id')
    .execute();
  return rows.map((row) => ({ organizationId: row.id, name: row.name, role: row.role }));
}

/** A page of all users, oldest first; for the operator only. */
export async function listUsers(queries: Queries, page: Page): Promise<readonly User[]> {
  const rows = await queries
    .selectFrom('users')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.size)
    .offset(page.size * (page.number - 1))
    .execute();
  return rows.map(toUser);
}

/** What can be changed about a user. */
export type UserChange = Partial<
  Pick<User, 'passwordHash' | 'state' | 'name' | 'locale' | 'theme' | 'isOperator'> & {
    readonly email: string;
    readonly addressDetachedAt: number | null;
    readonly sessionsEndedAt: number;
  }
>;

/** Changes a user if it is still at `version`; undefined if it was changed in the meantime. */
export async function updateUser(
  queries: Queries,
  user: Pick<User, 'id' | 'version'>,
  change: UserChange,
  now: number,
): Promise<User | undefined> {
  const row = await queries
    .updateTable('users')
    .set({
      ...(change.email === undefined ? {} : { email: change.email }),
      ...(change.addressDetachedAt === undefined ? {} : { address_detached_at: change.addressDetachedAt }),
      ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash, wrong_passwords: 0 }),
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.sessionsEndedAt === undefined ? {} : { sessions_ended_at: change.sessionsEndedAt }),
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.locale === undefined ? {} : { locale: change.locale }),
      ...(change.theme === undefined ? {} : { theme: change.theme }),
      ...(change.isOperator === undefined ? {} : { is_operator: change.isOperator ? 1 : 0 }),
      updated_at: now,
      version: user.version + 1,
    })
    .where('id', '=', user.id)
    .where('version', '=', user.version)
    .returningAll()
    .executeTakeFirst();
  return row && toUser(row);
}

/** Remembers that a user signed in from a network, so that guesses from elsewhere cannot lock the user out there. */
export async function rememberNetwork(queries: Queries, userId: string, network: string, now: number): Promise<void> {
  await queries
    .insertInto('user_networks')
    .values({ user_id: userId, network, last_at: now })
    .onConflict((conflict) => conflict.columns(['user_id', 'network']).doUpdateSet({ last_at: now }))
    .execute();
}

export async function isKnownNetwork(queries: Queries, email: string, network: string): Promise<boolean> {
  const row = await queries
    .selectFrom('user_networks')
    .innerJoin('users', 'users.id', 'user_networks.user_id')
    .select('users.id')
    .where('users.email', '=', email)
    .where('user_networks.network', '=', network)
    .executeTakeFirst();
  return row !== undefined;
}

function toUser(row: UsersTable): User {
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    state: row.state,
    name: row.name,
    locale: row.locale,
    // Written from the same type.
    theme: (row.theme ?? 'auto') as Theme,
    isOperator: row.is_operator === 1,
    vouchedBy: row.vouched_by_organization_id,
    addressDetachedAt: row.address_detached_at === null ? null : Number(row.address_detached_at),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}
