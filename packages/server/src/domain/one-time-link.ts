import type { Role } from './member.ts';

/** A link that works once. Times are epoch milliseconds; the token itself is only in the link. */
export interface OneTimeLink {
  readonly id: string;
  readonly kind: 'setup' | 'invitation' | 'operator_invitation' | 'reset';
  readonly organizationId: string | null;
  /** Whose password it resets. */
  readonly userId: string | null;
  /** The address that an invitation was made for: a label, which gives nobody any right. */
  readonly email: string | null;
  readonly role: Role | null;
  /** The user who made it and must still be allowed to; null for the command line. */
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A link that was just created; only here is it complete. */
export interface NewLink {
  readonly link: string;
  readonly details: OneTimeLink;
}
