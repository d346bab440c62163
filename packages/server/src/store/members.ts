import type { Member, Role } from '../domain/member.ts';
import type { Page } from '../domain/page.ts';
import type { Queries } from './database.ts';
import type { UsersTable } from './schema.ts';

/** The members of one organization, and nothing of any other. */
export class OrganizationMembers {
  readonly #queries: Queries;
  readonly #organizationId: string;

  constructor(queries: Queries, organizationId: string) {
    this.#queries = queries;
    this.#organizationId = organizationId;
  }

  /** Adds a member; false if the user already is one. */
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

  async count(): Promise<number> {
    const row = await this.#queries
      .selectFrom('memberships')
      .select((expression) => expression.fn.countAll().as('count'))
      .where('organization_id', '=', this.#organizationId)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** How many owners can sign in, without the one named. */
  async countActiveOwners({ except }: { readonly except: string }): Promise<number> {
    const row = await this.#queries
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select((expression) => expression.fn.countAll().as('count'))
      .where('memberships.organization_id', '=', this.#organizationId)
      .where('memberships.role', '=', 'owner')
      .where('users.state', '=', 'active')
      .where('users.id', '!=', except)
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
      .select([
        'users.id',
        'users.email',
        'users.name',
        'users.state',
        'users.is_operator',
        'memberships.role',
        'memberships.created_at as joined_at',
      ])
      .select((expression) =>
        expression
          .selectFrom('memberships as every')
          .whereRef('every.user_id', '=', 'users.id')
          .select((inner) => inner.fn.countAll().as('count'))
          .as('organizations'),
      )
      .where('memberships.organization_id', '=', this.#organizationId);
  }
}

function toMember(
  row: Pick<UsersTable, 'id' | 'email' | 'name' | 'state' | 'is_operator'> & {
    readonly role: Role;
    readonly joined_at: number;
    readonly organizations: number | string | bigint | null;
  },
): Member {
  return {
    userId: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    state: row.state,
    joinedAt: Number(row.joined_at),
    hasRightsElsewhere: row.is_operator === 1 || Number(row.organizations) > 1,
  };
}
