import { type Kysely, sql } from 'kysely';

/**
 * An index for every filter and for everything that is removed by age. Issued tokens, which are most of the audit log,
 * enter none of the new ones: those are partial.
 */
export const largeStores = {
  id: '0007-large-stores',
  async up(db: Kysely<unknown>): Promise<void> {
    const people = { column: 'actor_type', not: 'client' };
    const notIssue = { column: 'action', not: 'token.issue' };
    const notIssued = { column: 'outcome', not: 'issued' };
    for (const [name, columns, { column, not }] of [
      ['audit_by_people', ['id'], people],
      ['audit_by_people_organization', ['organization_id', 'id'], people],
      ['audit_by_people_organization_action', ['organization_id', 'action', 'id'], people],
      ['audit_by_people_organization_actor', ['organization_id', 'actor_id', 'id'], people],
      ['audit_by_people_actor', ['actor_id', 'id'], people],
      ['audit_by_people_target', ['target_id', 'id'], people],
      ['audit_by_action', ['action', 'id'], notIssue],
      ['audit_by_organization_action', ['organization_id', 'action', 'id'], notIssue],
      ['audit_by_outcome', ['outcome', 'id'], notIssued],
      ['audit_by_organization_outcome', ['organization_id', 'outcome', 'id'], notIssued],
      ['audit_by_target_outcome', ['target_id', 'outcome', 'id'], notIssued],
    ] as const) {
      await db.schema
        .createIndex(name)
        .on('audit_entries')
        .columns([...columns])
        .where(sql.ref(column), '!=', not)
        .execute();
    }

    await sql`create index api_clients_by_name on api_clients (organization_id, lower(name), id)`.execute(db);
    for (const [name, table, columns] of [
      ['client_secrets_by_organization', 'client_secrets', ['organization_id', 'client_id']],
      ['client_secrets_by_last_four', 'client_secrets', ['organization_id', 'last_four', 'client_id']],
      ['memberships_by_age', 'memberships', ['organization_id', 'created_at', 'user_id']],
      ['organizations_by_age', 'organizations', ['created_at', 'id']],
      ['users_by_age', 'users', ['created_at', 'id']],
      ['api_credentials_by_age', 'api_credentials', ['created_at', 'id']],
      ['client_hours_by_hour', 'client_hours', ['hour']],
      ['console_sessions_by_end', 'console_sessions', ['expires_at']],
      ['console_sessions_by_use', 'console_sessions', ['last_used_at']],
      ['one_time_links_by_end', 'one_time_links', ['expires_at']],
    ] as const) {
      await db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .execute();
    }
    await db.schema
      .createIndex('users_by_operator')
      .on('users')
      .columns(['created_at', 'id'])
      .where(sql.ref('is_operator'), '=', 1)
      .execute();
    await db.schema
      .createIndex('refresh_families_by_rotation')
      .on('refresh_families')
      .column('rotated_at')
      .where(sql.ref('sealed_successor'), 'is not', null)
      .execute();
  },
};
