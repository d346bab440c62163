import { CompiledQuery } from 'kysely';
import type { DecisionRows } from '../decision-rows.ts';
import { toPostgresText } from './values.ts';

/**
 * One statement that writes any number of decisions, so that a batch costs one round trip and one commit. Rows are sent as
 * JSON and written in a fixed order, so that two servers cannot deadlock.
 */
export function postgresDecisionStatements({ entries, counters, lastUses, unknown }: DecisionRows): CompiledQuery[] {
  const parameters = [entries, counters, lastUses, unknown].map((rows) => JSON.stringify(rows.map(toStorable)));
  return [CompiledQuery.raw(statement, parameters)];
}

/** The driver only replaces what PostgreSQL refuses in plain strings; in JSON it would get past it. */
function toStorable(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? toPostgresText(value) : value]),
  );
}

const statement = `
with
  new_entries as (
    insert into audit_entries (
      id, at, organization_id, actor_type, actor_id, action, target_type, target_id, outcome, reason, address,
      user_agent, request_id, details
    )
    select
      id, at, organization_id, actor_type, actor_id, action, target_type, target_id, outcome, reason, address,
      user_agent, request_id, details
    from json_to_recordset($1::json) as entry (
      id text, at bigint, organization_id text, actor_type text, actor_id text, action text, target_type text,
      target_id text, outcome text, reason text, address text, user_agent text, request_id text, details text
    )
  ),
  new_counters as (
    insert into client_hours (client_id, hour, organization_id, issued, refused)
    select client_id, hour, organization_id, issued, refused
    from json_to_recordset($2::json) as counter (
      client_id text, hour bigint, organization_id text, issued bigint, refused bigint
    )
    order by client_id, hour
    on conflict (client_id, hour) do update
      set issued = client_hours.issued + excluded.issued, refused = client_hours.refused + excluded.refused
  ),
  uses as (
    select secret_id, last_used_at, last_used_address
    from json_to_recordset($3::json) as used (secret_id text, last_used_at bigint, last_used_address text)
  ),
  used_secrets as (
    select client_secrets.id
    from client_secrets
    join uses on uses.secret_id = client_secrets.id
    -- Only ever forward.
    where client_secrets.last_used_at is null or client_secrets.last_used_at < uses.last_used_at
    order by client_secrets.id
    for no key update of client_secrets
  ),
  new_uses as (
    update client_secrets
    set last_used_at = uses.last_used_at, last_used_address = uses.last_used_address
    from uses, used_secrets
    where client_secrets.id = uses.secret_id and client_secrets.id = used_secrets.id
  )
insert into unknown_client_refusals (hour, address, reason, refused, last_at)
select hour, address, reason, refused, last_at
from json_to_recordset($4::json) as refusal (hour bigint, address text, reason text, refused bigint, last_at bigint)
order by hour, address, reason
on conflict (hour, address, reason) do update
  set refused = unknown_client_refusals.refused + excluded.refused, last_at = excluded.last_at
`;
