/** What a user is in an organization. */
export type Role = 'owner' | 'member';

export const roles = ['owner', 'member'] as const satisfies readonly Role[];
