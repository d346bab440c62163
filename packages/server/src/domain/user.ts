import { parseEmail } from './email.ts';
import { newUserId } from './identifier.ts';
import { parseName } from './name.ts';

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
  /** The organization through whose invitation the account was created: nobody else ever checked who is behind it. */
  readonly vouchedBy: string | null;
  /** When an operator took the address away; null once the user has set another. */
  readonly addressDetachedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** How the console looks to a user; `auto` follows the browser. */
export type Theme = 'light' | 'dark' | 'auto';

/** A new, active user; throws `invalid_input` for an email address or a name that is not one. */
export function newUser(
  input: {
    readonly email: string;
    readonly passwordHash: string | null;
    readonly name?: string | undefined;
    readonly isOperator?: boolean;
    readonly vouchedBy?: string | null;
  },
  now: number,
): User {
  return {
    id: newUserId(),
    email: parseEmail(input.email),
    passwordHash: input.passwordHash,
    state: 'active',
    name: input.name === undefined ? null : parseName(input.name),
    locale: null,
    theme: 'auto',
    isOperator: input.isOperator ?? false,
    vouchedBy: input.vouchedBy ?? null,
    addressDetachedAt: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}
