import { z } from 'zod';
import { emailLengthMax } from '../../domain/limits.ts';
import { linkToken, name, newPassword, type Operation, password, role, timestamp } from './operation.ts';

/** The signed-in user and their organizations. */
export const session = z.object({
  user: z.object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    isOperator: z.boolean(),
    /** When an operator took the address away and left a placeholder to sign in with. */
    addressDetachedAt: timestamp.nullable(),
    locale: z.string().nullable(),
    theme: z.enum(['light', 'dark', 'auto']),
  }),
  organizations: z.array(z.object({ id: z.string(), name: z.string(), role })),
  /** Until then, sensitive actions do not ask for the password. */
  recentUntil: timestamp,
  expiresAt: timestamp,
  /** Wrong passwords for this account before this sign-in, if there were many; since the first of them. */
  wrongPasswords: z.object({ count: z.number().int(), since: timestamp }).nullable(),
});

export const sessionOperations = {
  signIn: {
    method: 'POST',
    path: '/admin/session',
    summary: 'Sign in',
    tag: 'Session',
    caller: 'public',
    body: z.object({ email: z.string().max(emailLengthMax), password }),
    status: 201,
    response: session,
  },
  getSession: {
    method: 'GET',
    path: '/admin/session',
    summary: 'Get the current session; null if nobody is signed in',
    tag: 'Session',
    caller: 'public',
    status: 200,
    response: session.nullable(),
  },
  signOut: {
    method: 'DELETE',
    path: '/admin/session',
    summary: 'Sign out',
    tag: 'Session',
    caller: 'user',
    status: 204,
  },
  reauthenticate: {
    method: 'POST',
    path: '/admin/session/reauthenticate',
    summary: 'Confirm your password',
    tag: 'Session',
    caller: 'user',
    body: z.object({ password }),
    status: 200,
    response: z.object({ recentUntil: timestamp }),
  },
  lookUpInvitation: {
    method: 'POST',
    path: '/admin/invitations/look-up',
    summary: 'Look up an invitation',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken }),
    status: 200,
    response: z.object({
      /** The address it was made for: a label that says nothing about accounts. */
      email: z.string(),
      /** Null for an invitation to become an operator of the instance. */
      organizationName: z.string().nullable(),
      role: z.enum([...role.options, 'operator']),
      expiresAt: timestamp,
    }),
  },
  acceptInvitation: {
    method: 'POST',
    path: '/admin/invitations/accept',
    summary: 'Accept an invitation with a new account, and sign in to it',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken, password: newPassword, name: name.optional() }),
    status: 201,
    response: session,
  },
  acceptInvitationSignedIn: {
    method: 'POST',
    path: '/admin/invitations/accept-signed-in',
    summary: 'Accept an invitation as the signed-in user, whatever address it was made for',
    tag: 'Session',
    caller: 'user',
    recent: true,
    body: z.object({ token: linkToken }).strict(),
    status: 200,
    response: session,
  },
  resetPassword: {
    method: 'POST',
    path: '/admin/password-reset',
    summary: 'Set a new password with a reset link',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken, password: newPassword }),
    status: 204,
  },
} as const satisfies Record<string, Operation>;
