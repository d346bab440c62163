import type { Access, GrantType } from './access.ts';

/** An API client: an OAuth client that belongs to exactly one organization. Times are epoch milliseconds. */
export interface ApiClient {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly description: string;
  readonly access: Access;
  readonly grants: readonly GrantType[];
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** One secret of a client; only its hash is stored. Times are epoch milliseconds. */
export interface ClientSecret {
  readonly id: string;
  readonly clientId: string;
  readonly hash: Buffer;
  readonly lastFour: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly lastUsedAddress: string | null;
}

/** A client as lists show it. Times are epoch milliseconds. */
export interface ListedClient {
  readonly client: ApiClient;
  /** The valid secrets, oldest first. */
  readonly secrets: readonly ClientSecret[];
  readonly lastUsedAt: number | null;
  readonly lastUsedAddress: string | null;
}

/** What the token endpoint needs to know about a client. Times are epoch milliseconds. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly organizationId: string;
  readonly access: Access;
  readonly grants: readonly GrantType[];
  readonly isDisabled: boolean;
  readonly organizationIsDisabled: boolean;
  readonly apiClientsAreOff: boolean;
  readonly secrets: readonly { readonly id: string; readonly hash: Buffer; readonly expiresAt: number | null }[];
}
