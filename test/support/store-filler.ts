import type { Database } from '@bindery/server/store/database.ts';
import { type RawBuilder, sql } from 'kysely';

const day = 86_400_000;
const rowsPerStep = 50_000;
/** How long ago the oldest entry was made. */
export const filledDays = 399;

/** What a store is filled with. */
export interface LargeStore {
  readonly clients: number;
  readonly entries: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The organization that owns all clients. */
  readonly busy: string;
  /** Where half of what people did was done. */
  readonly other: string;
  /** Is told the part that is done, of 1. */
  readonly report: (done: number) => void;
}

/** The id of one of the clients, counted from 0. */
export function clientIdOf(index: number): string {
  return `client_${String(index).padStart(22, '0')}`;
}

/**
 * Fills a store as years of one busy tenant do: of 1000 entries 880 tokens, 100 refusals, 10 revocations by clients and
 * 10 changes by people; ten hourly counters for each client; one old entry of a rare action by a rare user.
 */
export async function fillLargeStore(database: Database, store: LargeStore): Promise<void> {
  const { clients, entries, now, busy, other, report } = store;
  const isPostgres = database.kind === 'postgres';
  const step = (filledDays * day) / entries;
  const total = clients + entries + clients * 10;
  let done = 0;
  const fill = async (count: number, statement: (numbers: RawBuilder<unknown>) => RawBuilder<unknown>) => {
    for (let from = 0; from < count; from += rowsPerStep) {
      const to = Math.min(count, from + rowsPerStep) - 1;
      const numbers = isPostgres
        ? sql`(select i from generate_series(${sql.lit(from)}::bigint, ${sql.lit(to)}::bigint) as numbers (i)) as n`
        : sql`(with recursive numbers(i) as (select ${sql.lit(from)} union all select i + 1 from numbers where i < ${sql.lit(to)}) select i from numbers) as n`;
      await statement(numbers).execute(database.queries);
      done += to - from + 1;
      report(done / total);
    }
  };
  const padded = (number: RawBuilder<unknown>) =>
    isPostgres ? sql`lpad((${number})::text, 22, '0')` : sql`printf('%022d', ${number})`;
  const hex = (at: RawBuilder<unknown>) =>
    isPostgres ? sql`lpad(to_hex(${at}), 12, '0')` : sql`printf('%012x', ${at})`;
  const clientId = (number: RawBuilder<unknown>) => sql`'client_' || ${padded(number)}`;
  const started = now - filledDays * day;

  await fill(
    clients,
    (numbers) => sql`insert into api_clients
      (id, organization_id, name, description, access, grants, state, created_at, updated_at, version)
      select ${clientId(sql`i`)}, ${sql.lit(busy)}, 'Client ' || i, '', 'read', 'client_credentials', 'active',
        ${sql.lit(started)} + i, ${sql.lit(started)} + i, 1 from ${numbers}`,
  );
  for (let from = 0; from < clients; from += rowsPerStep) {
    await sql`insert into client_secrets
      (id, client_id, organization_id, hash, last_four, created_at, expires_at, last_used_at, last_used_address)
      select 'secret_' || substr(id, 8), id, organization_id, 'none', substr(id, 26), created_at, null,
        case when substr(id, 29) = '0' then null else ${sql.lit(now - 100 * day)} + created_at % 1000 end, null
      from api_clients where id >= ${clientIdOf(from)} and id < ${clientIdOf(from + rowsPerStep)}`.execute(
      database.queries,
    );
  }
  const at = isPostgres
    ? sql`(${sql.lit(started)} + floor(i * ${sql.lit(step)}))::bigint`
    : sql`cast(${sql.lit(started)} + i * ${sql.lit(step)} as integer)`;
  const client = clientId(sql`(i * 7919) % ${sql.lit(clients)}`);
  await fill(
    entries,
    (numbers) => sql`insert into audit_entries
      (id, at, organization_id, actor_type, actor_id, action, target_type, target_id, outcome, reason, address,
       user_agent, request_id, details)
      select ${hex(at)} || ${padded(sql`i`)}, ${at},
        case when i % 1000 >= 990 and i % 2000 >= 1000 then ${sql.lit(other)} else ${sql.lit(busy)} end,
        case when i % 1000 < 990 and i > 0 then 'client' else 'user' end,
        case when i = 0 then 'user_rare' when i % 1000 < 990 then ${client} else 'user_busy' end,
        case when i = 0 then 'organization.update' when i % 1000 < 980 then 'token.issue' when i % 1000 < 990
          then 'token.revoke' else 'client.update' end,
        'client', ${client},
        case when i = 0 then 'done' when i % 1000 < 880 then 'issued' when i % 1000 < 980 then 'refused' else 'done' end,
        case when i % 1000 >= 880 and i % 1000 < 980 then 'wrong_secret' end,
        '192.0.2.1', 'a client of some kind', 'request', '{"grant_type":"client_credentials"}'
      from ${numbers}`,
  );
  await fill(
    clients * 10,
    (numbers) => sql`insert into client_hours (client_id, hour, organization_id, issued, refused)
      select ${clientId(sql`i % ${sql.lit(clients)}`)},
        ${sql.lit(started - (started % 3_600_000))} + (i / ${sql.lit(clients)}) * ${sql.lit(40 * day)}, ${sql.lit(busy)}, 5, 1
      from ${numbers}`,
  );
}
