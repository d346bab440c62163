import type { BindersTable } from '@bindery/binders';
import type { Access } from '../domain/access.ts';
import type { CutoffKind } from '../domain/cutoff.ts';
import type { Role } from '../domain/member.ts';

/** Rows as both databases store them. Times are epoch milliseconds, booleans 0 or 1, hashes and sealed texts base64url. */
export interface Schema {
  readonly settings: SettingsTable;
  readonly organizations: OrganizationsTable;
  readonly api_clients: ApiClientsTable;
  readonly client_secrets: ClientSecretsTable;
  readonly signing_keys: SigningKeysTable;
  readonly audit_entries: AuditEntriesTable;
  readonly client_hours: ClientHoursTable;
  readonly unknown_client_refusals: UnknownClientRefusalsTable;
  readonly users: UsersTable;
  readonly memberships: MembershipsTable;
  readonly user_networks: UserNetworksTable;
  readonly refresh_families: RefreshFamiliesTable;
  readonly revoked_tokens: RevokedTokensTable;
  readonly api_credentials: ApiCredentialsTable;
  readonly console_sessions: ConsoleSessionsTable;
  readonly one_time_links: OneTimeLinksTable;
  readonly rate_limits: RateLimitsTable;
  readonly cutoffs: CutoffsTable;
  readonly cutoff_state: CutoffStateTable;
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
  /** The address for notices. */
  contact: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ApiClientsTable {
  id: string;
  organization_id: string;
  name: string;
  /** Where it is used, in its owner's words. */
  description: string;
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

export interface UsersTable {
  id: string;
  email: string;
  /** In the PHC string format; null while no password is set. */
  password_hash: string | null;
  state: 'active' | 'disabled';
  /** Every sign-in before this moment has ended. */
  sessions_ended_at: number | null;
  name: string | null;
  locale: string | null;
  theme: string | null;
  is_operator: number;
  /** The organization through whose invitation the account was created; null for accounts that operators made. */
  vouched_by_organization_id: string | null;
  /** When an operator detached its address, until the user sets another. */
  address_detached_at: number | null;
  /** Wrong passwords in a row. */
  wrong_passwords: number;
  /** Wrong passwords that the user was not told of yet, and since when. */
  untold_wrong_passwords: number;
  untold_since: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface MembershipsTable {
  organization_id: string;
  user_id: string;
  role: Role;
  created_at: number;
}

/** Networks from which a user has signed in. */
export interface UserNetworksTable {
  user_id: string;
  network: string;
  last_at: number;
}

/** The refresh tokens of one sign-in: only the current one and the one before it are stored. */
export interface RefreshFamiliesTable {
  id: string;
  client_id: string;
  organization_id: string;
  user_id: string;
  scope: string;
  current_hash: string;
  previous_hash: string | null;
  /** The scope parameter of the request that used the previous token; empty if it had none. */
  previous_asked_scope: string | null;
  /** The current token, sealed under the previous one, while the grace window is open. */
  sealed_successor: string | null;
  rotated_at: number | null;
  created_at: number;
  idle_expires_at: number;
  absolute_expires_at: number;
  revoked_at: number | null;
  revoked_reason: string | null;
  /** From where a token was last requested; null for sign-ins of an older version. */
  last_used_address: string | null;
}

export interface RevokedTokensTable {
  token_hash: string;
  expires_at: number;
}

export interface ApiCredentialsTable {
  id: string;
  name: string;
  audience: string;
  secret_hash: string;
  last_four: string;
  created_at: number;
}

export interface ConsoleSessionsTable {
  id: string;
  token_hash: string;
  user_id: string;
  created_at: number;
  last_used_at: number;
  /** When the password was last entered. */
  recent_at: number;
  expires_at: number;
  address: string | null;
  user_agent: string | null;
  /** Wrong passwords before this sign-in, and since when. */
  wrong_passwords: number;
  wrong_since: number | null;
}

/** A link that works once: whoever has its token may do what it is for. */
export interface OneTimeLinksTable {
  id: string;
  token_hash: string;
  kind: 'setup' | 'invitation' | 'operator_invitation' | 'reset';
  organization_id: string | null;
  /** Whose password a reset link resets. */
  user_id: string | null;
  email: string | null;
  role: Role | null;
  /** The user who made it; null for the command line. */
  created_by: string | null;
  created_at: number;
  expires_at: number;
}

export interface RateLimitsTable {
  key: string;
  points: number;
  expire: number | null;
}

/** Tokens that were revoked before they expired, one row for each kind and subject; times of the store's clock. */
export interface CutoffsTable {
  kind: CutoffKind;
  subject: string;
  cut_at: number;
  until: number;
  /** The number of the list that it came with. */
  seq: number;
  /** Whom it counts for: see `NewCutoff`. */
  client_id: string | null;
  organization_id: string | null;
}

/** One row: the list's number and size, and how long tokens live. */
export interface CutoffStateTable {
  id: number;
  /** Grows with every cut-off. */
  seq: number;
  /** How many rows `cutoffs` has. */
  entries: number;
  /** How many rows there must be before the largest contributors are collapsed again. */
  collapse_at: number;
  lifetime_seconds: number;
  /** Tokens of an earlier, longer lifetime expire by this moment. */
  older_tokens_end: number;
}
