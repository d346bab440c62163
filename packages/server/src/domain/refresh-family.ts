/** The refresh tokens of one sign-in. Times are epoch milliseconds; hashes as `hashRefreshToken` makes them. */
export interface RefreshFamily {
  readonly id: string;
  readonly clientId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly scope: string;
  readonly currentHash: string;
  readonly previousHash: string | null;
  /** The scope parameter of the request that used the previous token; empty when it had none. */
  readonly previousAskedScope: string | null;
  /** The current token, sealed under the previous one, while the grace window is open. */
  readonly sealedSuccessor: string | null;
  readonly rotatedAt: number | null;
  readonly createdAt: number;
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
  readonly revokedAt: number | null;
  /** From where a token was last requested. */
  readonly lastUsedAddress: string | null;
}
