import type { Role } from '../domain/role.ts';
import type { Queries } from './database.ts';
import type { Page } from './page.ts';
import type { UsersTable } from './schema.ts';

/** A person; global, and a member of any number of organizations. Times are epoch milliseconds. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** Adds a user; false when the address has one already. */
export async function insertUser(queries: Queries, user: User): Promise<boolean> {
  const inserted = await queries
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      password_hash: user.passwordHash,
      state: user.state,
      sessions_ended_at: null,
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

/** All users by age; for the operator only. */
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

/** Changes a user if it is still at `version`; undefined when it was changed meanwhile. */
export async function updateUser(
  queries: Queries,
  user: Pick<User, 'id' | 'version'>,
  change: { readonly passwordHash?: string; readonly state?: User['state']; readonly sessionsEndedAt?: number },
  now: number,
): Promise<User | undefined> {
  const row = await queries
    .updateTable('users')
    .set({
      ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.sessionsEndedAt === undefined ? {} : { sessions_ended_at: change.sessionsEndedAt }),
      updated_at: now,
      version: user.version + 1,
    })
    .where('id', '=', user.id)
    .where('version', '=', user.version)
    .returningAll()
    .executeTakeFirst();
  return row && toUser(row);
}

/** Keeps that a user signed in from a network, so that a guesser elsewhere cannot lock it out there. */
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

/** A member of an organization. */
export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  readonly state: User['state'];
}

/** The members of one organization, and nothing of any other. */
export class OrganizationMembers {
  readonly #queries: Queries;
  readonly #organizationId: string;

  constructor(queries: Queries, organizationId: string) {
    this.#queries = queries;
    this.#organizationId = organizationId;
  }

  /** Adds a member; false when the user is one already. */
  async insert(userId: string, role: Role, now: number): Promise<boolean> {
    const inserted = await this.#queries
      .insertInto('memberships')
      .values({ organization_id: this.#organizationId, user_id: userId, role, created_at: now })
      .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doNothing())
      .returning('user_id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async find(userId: string): Promise<Member | undefined> {
    const row = await this.#select().where('users.id', '=', userId).executeTakeFirst();
    return row && toMember(row);
  }

  async list(page: Page): Promise<readonly Member[]> {
    const rows = await this.#select()
      .orderBy('memberships.created_at')
      .orderBy('users.id')
      .limit(page.size)
      .offset(page.size * (page.number - 1))
      .execute();
    return rows.map(toMember);
  }

  async countOwners(): Promise<number> {
    const row = await this.#queries
      .selectFrom('memberships')
      .select((expression) => expression.fn.countAll().as('count'))
      .where('organization_id', '=', this.#organizationId)
      .where('role', '=', 'owner')
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async setRole(userId: string, role: Role): Promise<boolean> {
    const changed = await this.#queries
      .updateTable('memberships')
      .set({ role })
      .where('organization_id', '=', this.#organizationId)
      .where('user_id', '=', userId)
      .returning('user_id')
      .executeTakeFirst();
    return changed !== undefined;
  }

  async remove(userId: string): Promise<boolean> {
    const removed = await this.#queries
      .deleteFrom('memberships')
      .where('organization_id', '=', this.#organizationId)
      .where('user_id', '=', userId)
      .returning('user_id')
      .executeTakeFirst();
    return removed !== undefined;
  }

  #select() {
    return this.#queries
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select(['users.id', 'users.email', 'users.state', 'memberships.role'])
      .where('memberships.organization_id', '=', this.#organizationId);
  }
}

function toMember(row: Pick<UsersTable, 'id' | 'email' | 'state'> & { readonly role: Role }): Member {
  return { userId: row.id, email: row.email, role: row.role, state: row.state };
}

function toUser(row: UsersTable): User {
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    state: row.state,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}
