import type { BindersTable } from '@bindery/binders';
import type { Access } from '../domain/access.ts';

/** Rows as both databases hold them. Times are epoch milliseconds, booleans 0 or 1, hashes and sealed texts base64url. */
export interface Schema {
  readonly settings: SettingsTable;
  readonly organizations: OrganizationsTable;
  readonly api_clients: ApiClientsTable;
  readonly client_secrets: ClientSecretsTable;
  readonly signing_keys: SigningKeysTable;
  readonly audit_entries: AuditEntriesTable;
  readonly client_hours: ClientHoursTable;
  readonly unknown_client_refusals: UnknownClientRefusalsTable;
  readonly binders: BindersTable;
}

export interface SettingsTable {
  name: string;
  value: string;
}

export interface OrganizationsTable {
  id: string;
  name: string;
  state: 'active' | 'disabled';
  api_clients_enabled: number;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ApiClientsTable {
  id: string;
  organization_id: string;
  name: string;
  access: Access;
  /** Grant types, separated by spaces. */
  grants: string;
  state: 'active' | 'disabled';
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ClientSecretsTable {
  id: string;
  client_id: string;
  organization_id: string;
  hash: string;
  last_four: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  last_used_address: string | null;
}

export interface SigningKeysTable {
  kid: string;
  algorithm: string;
  public_jwk: string;
  sealed_private_key: string;
  published_at: number;
  signs_from: number;
  retires_at: number | null;
}

export interface AuditEntriesTable {
  /** Sorts by time: see `newTimeOrderedId`. */
  id: string;
  at: number;
  organization_id: string | null;
  actor_type: string;
  actor_id: string | null;
  action: string;
  target_type: string | null;
  target_id: string | null;
  outcome: string;
  reason: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  /** JSON: what changed, before and after; for a token its id and the secret used. */
  details: string | null;
}

export interface ClientHoursTable {
  client_id: string;
  organization_id: string;
  hour: number;
  issued: number;
  refused: number;
}

export interface UnknownClientRefusalsTable {
  hour: number;
  address: string;
  reason: string;
  refused: number;
  last_at: number;
}
