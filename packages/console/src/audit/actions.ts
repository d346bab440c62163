/** The actions in an organization's audit log, in the order in which the filter lists them. */
export const actions = [
  'client.create',
  'client.update',
  'client.rotate_secret',
  'client.move_secret_end',
  'client.end_secret',
  'client.revoke_tokens',
  'client.end_sign_ins',
  'client.delete',
  'invitation.create',
  'invitation.delete',
  'invitation.accept',
  'member.add',
  'member.update',
  'member.remove',
  'user.create',
  'user.set_password',
  'user.create_reset_link',
  'user.detach_address',
  'organization.create',
  'organization.update',
  'organization.revoke_tokens',
  'management.call',
] as const;

/** The key of an action in the locale files: `client.rotate_secret` is `client_rotate_secret`. */
export function keyOfAction(action: string): string {
  return action.replaceAll('.', '_');
}
