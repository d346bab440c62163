import type { User } from './user.ts';

/** A user's role in an organization. */
export type Role = 'owner' | 'member';

export const roles = ['owner', 'member'] as const satisfies readonly Role[];

/** A user in an organization. */
export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: Role;
  readonly state: User['state'];
  /** Epoch milliseconds. */
  readonly joinedAt: number;
  /** Whether the user is an operator or a member of other organizations too. */
  readonly hasRightsElsewhere: boolean;
}

/** An organization that a user is a member of. */
export interface Membership {
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
}
