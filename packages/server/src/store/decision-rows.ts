import type { AuditEntriesTable, ClientHoursTable, UnknownClientRefusalsTable } from './schema.ts';

/** Decisions as rows: audit entries, hourly counters, last uses of secrets, refusals of unknown clients. */
export interface DecisionRows {
  readonly entries: readonly AuditEntriesTable[];
  readonly counters: readonly ClientHoursTable[];
  readonly lastUses: readonly SecretUse[];
  readonly unknown: readonly UnknownClientRefusalsTable[];
}

/** When and from where a secret was last used. */
export interface SecretUse {
  readonly secret_id: string;
  readonly last_used_at: number;
  readonly last_used_address: string | null;
}
