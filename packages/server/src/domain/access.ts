/** What a client may do with its organization's data. */
export type Access = 'read' | 'read_write';

export const accesses = ['read', 'read_write'] as const satisfies readonly Access[];

/** The grants that Bindery supports (RFC 6749 §4.3, §4.4, §6). */
export type GrantType = 'client_credentials' | 'password' | 'refresh_token';

/** The grants of a client that acts for itself, or also for users. The password grant is useless without refresh tokens. */
export function grantsOf(mayUsePasswords: boolean): readonly GrantType[] {
  return mayUsePasswords ? ['client_credentials', 'password', 'refresh_token'] : ['client_credentials'];
}
