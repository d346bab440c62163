/** A signed-in browser. Times are epoch milliseconds; the token itself is only in the cookie. */
export interface ConsoleSession {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** When the password was last entered. */
  readonly recentAt: number;
  readonly expiresAt: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Wrong passwords before this sign-in, which its user is told of, and since when. */
  readonly wrongPasswords: { readonly count: number; readonly since: number } | null;
}
