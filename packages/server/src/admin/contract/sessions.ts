import { z } from 'zod';
import { emailLengthMax } from '../../domain/limits.ts';
import { linkToken, name, newPassword, type Operation, password, role, timestamp } from './operation.ts';

/** The signed-in user and where it belongs. */
export const session = z.object({
  user: z.object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    isOperator: z.boolean(),
    locale: z.string().nullable(),
    theme: z.enum(['light', 'dark', 'auto']),
  }),
  organizations: z.array(z.object({ id: z.string(), name: z.string(), role })),
  /** Until when sensitive actions need no password. */
  recentUntil: timestamp,
  expiresAt: timestamp,
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
    summary: 'Read who is signed in; null when nobody is',
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
    summary: 'Give the password again',
    tag: 'Session',
    caller: 'user',
    body: z.object({ password }),
    status: 200,
    response: z.object({ recentUntil: timestamp }),
  },
  lookUpInvitation: {
    method: 'POST',
    path: '/admin/invitations/look-up',
    summary: 'Read what an invitation is for',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken }),
    status: 200,
    response: z.object({
      email: z.string(),
      organizationName: z.string(),
      role,
      /** Then accepting asks for this user's password; otherwise for a new one. */
      hasUser: z.boolean(),
      expiresAt: timestamp,
    }),
  },
  acceptInvitation: {
    method: 'POST',
    path: '/admin/invitations/accept',
    summary: 'Accept an invitation, with the password of the user or a new one, and sign in',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken, password, name: name.optional() }),
    status: 201,
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
