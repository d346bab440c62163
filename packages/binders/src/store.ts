import type { Kysely, Selectable } from 'kysely';
import { type Binder, type BinderType, binderTypes } from './binder.ts';
import type { Precondition } from './etag.ts';
import type { BindersTable, BindersTables } from './table.ts';

/** The fields of a binder that can be set. */
export interface BinderFields {
  readonly name: string;
  readonly type: BinderType;
}

/** The outcome of a conditional change. */
export type ChangeOutcome<Result> =
  | { readonly outcome: 'done'; readonly result: Result }
  | { readonly outcome: 'not_found' | 'precondition_failed' };

/** The binders of one organization; those of others cannot be reached from here. */
export interface OrganizationBinders {
  list(page: { readonly limit: number; readonly offset: number }): Promise<readonly Binder[]>;
  count(): Promise<number>;
  find(id: string): Promise<Binder | undefined>;
  /** Adds a binder; `undefined` if the id is taken. */
  add(id: string, fields: BinderFields, now: number): Promise<Binder | undefined>;
  update(
    id: string,
    changes: Partial<BinderFields>,
    precondition: Precondition,
    now: number,
  ): Promise<ChangeOutcome<Binder>>;
  delete(id: string, precondition: Precondition): Promise<ChangeOutcome<undefined>>;
}

/** The stored binders, which can be reached through an organization only. */
export interface BindersStore {
  inOrganization(organizationId: string): OrganizationBinders;
}

const columns = ['id', 'name', 'type', 'created_at', 'updated_at', 'version'] as const;

/** Makes the store on a database that has the table `binders`. */
export function createBindersStore<Tables extends BindersTables>(database: Kysely<Tables>): BindersStore {
  // The database may have more tables, which Kysely's type cannot express.
  const db = database as unknown as Kysely<BindersTables>;
  return { inOrganization: (organizationId) => createOrganizationBinders(db, organizationId) };
}

function createOrganizationBinders(db: Kysely<BindersTables>, organizationId: string): OrganizationBinders {
  async function find(id: string): Promise<Binder | undefined> {
    const row = await db
      .selectFrom('binders')
      .select(columns)
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toBinder(row);
  }

  // Nothing was changed: there is no such binder, or it has another version.
  async function refuse(id: string): Promise<{ readonly outcome: 'not_found' | 'precondition_failed' }> {
    return { outcome: (await find(id)) ? 'precondition_failed' : 'not_found' };
  }

  return {
    find,
    async list({ limit, offset }) {
      const rows = await db
        .selectFrom('binders')
        .select(columns)
        .where('organization_id', '=', organizationId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toBinder);
    },
    async count() {
      const row = await db
        .selectFrom('binders')
        .select((eb) => eb.fn.countAll().as('total'))
        .where('organization_id', '=', organizationId)
        .executeTakeFirstOrThrow();
      return Number(row.total);
    },
    async add(id, fields, now) {
      const row = await db
        .insertInto('binders')
        .values({ id, organization_id: organizationId, ...fields, created_at: now, updated_at: now, version: 1 })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning(columns)
        .executeTakeFirst();
      return row && toBinder(row);
    },
    async update(id, changes, precondition, now) {
      // One statement compares and changes: of two writers with the same version one finds nothing to change.
      const row = await db
        .updateTable('binders')
        .set((eb) => ({ ...changes, updated_at: now, version: eb('version', '+', 1) }))
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .$if(precondition !== 'any', (query) => query.where('version', 'in', versionsOf(precondition)))
        .returning(columns)
        .executeTakeFirst();
      return row ? { outcome: 'done', result: toBinder(row) } : refuse(id);
    },
    async delete(id, precondition) {
      const row = await db
        .deleteFrom('binders')
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .$if(precondition !== 'any', (query) => query.where('version', 'in', versionsOf(precondition)))
        .returning('id')
        .executeTakeFirst();
      return row ? { outcome: 'done', result: undefined } : refuse(id);
    },
  };
}

// No version is 0; an empty `in ()` is not valid SQL everywhere.
function versionsOf(precondition: Precondition): readonly number[] {
  return precondition === 'any' || precondition.length === 0 ? [0] : precondition;
}

/** The only place where rows become binders: PostgreSQL returns a bigint as a string. */
function toBinder(row: Pick<Selectable<BindersTable>, (typeof columns)[number]>): Binder {
  const type = binderTypes.find((known) => known === row.type);
  if (!type) throw new Error('the table contains an unknown type of binder');
  return {
    id: row.id,
    name: row.name,
    type,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    version: Number(row.version),
  };
}
