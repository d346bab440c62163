/** A person; global, and a member of any number of organizations. Times are epoch milliseconds. */
export interface User {
  readonly id: string;
  readonly email: string;
  /** In the PHC string format; null while no password is set. */
  readonly passwordHash: string | null;
  readonly state: 'active' | 'disabled';
  readonly name: string | null;
  readonly locale: string | null;
  readonly theme: Theme;
  readonly isOperator: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** How the console looks to a user; `auto` follows the browser. */
export type Theme = 'light' | 'dark' | 'auto';
