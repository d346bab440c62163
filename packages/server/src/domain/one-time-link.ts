import type { Role } from './member.ts';

/** A link that works once. Times are epoch milliseconds; the token itself is only in the link. */
export interface OneTimeLink {
  readonly id: string;
  readonly kind: 'setup' | 'invitation' | 'reset';
  readonly organizationId: string | null;
  /** The address of the person it is for. */
  readonly email: string | null;
  readonly role: Role | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A link that was just created; only here is it complete. */
export interface NewLink {
  readonly link: string;
  readonly details: OneTimeLink;
}
