import { z } from 'zod';
import { email, name, newPassword, type Operation, role, timestamp } from './operation.ts';

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

/** What everybody may know of this instance: its branding, and the addresses that samples show. */
export const instance = z.object({
  productName: z.string(),
  /** `#rrggbb`, or null for ours. */
  color: z.string().nullable(),
  hasLogo: z.boolean(),
  contact: z.string().nullable(),
  version: z.string(),
  issuer: z.string(),
  tokenUrl: z.string(),
  apiUrl: z.string(),
  tenantHeader: z.string(),
  /** What a token request may ask for; it can be left out. */
  scope: z.string(),
  docsUrl: z.string(),
  /** Why signing in is refused here, when it is: plain http on another host than this machine. */
  signInProblem: z.string().nullable(),
});

export const sessionOperations = {
  getInstance: {
    method: 'GET',
    path: '/admin/instance',
    summary: 'Read the branding and the addresses of this instance',
    tag: 'Session',
    caller: 'public',
    status: 200,
    response: instance,
  },
  setUp: {
    method: 'POST',
    path: '/admin/setup',
    summary: 'Claim a new instance with its setup token',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: z.string().min(1).max(200), email, name, password: newPassword, organizationName: name }),
    status: 201,
    response: session,
  },
  signIn: {
    method: 'POST',
    path: '/admin/session',
    summary: 'Sign in',
    tag: 'Session',
    caller: 'public',
    body: z.object({ email: z.string().max(254), password: z.string().max(1024) }),
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
    body: z.object({ password: z.string().max(1024) }),
    status: 200,
    response: z.object({ recentUntil: timestamp }),
  },
  lookUpInvitation: {
    method: 'POST',
    path: '/admin/invitations/look-up',
    summary: 'Read what an invitation is for',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: z.string().max(200) }),
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
    body: z.object({ token: z.string().max(200), password: z.string().max(1024), name: name.optional() }),
    status: 201,
    response: session,
  },
  resetPassword: {
    method: 'POST',
    path: '/admin/password-reset',
    summary: 'Set a new password with a reset link',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: z.string().max(200), password: newPassword }),
    status: 204,
  },
  updateAccount: {
    method: 'PATCH',
    path: '/admin/account',
    summary: 'Change the own name, language or theme',
    tag: 'Account',
    caller: 'user',
    body: z
      .object({ name, locale: z.string().max(20).nullable(), theme: z.enum(['light', 'dark', 'auto']) })
      .partial()
      .strict(),
    status: 200,
    response: session,
  },
  changePassword: {
    method: 'POST',
    path: '/admin/account/password',
    summary: 'Change the own password; every other session ends',
    tag: 'Account',
    caller: 'user',
    body: z.object({ currentPassword: z.string().max(1024), newPassword }),
    status: 204,
  },
  listSessions: {
    method: 'GET',
    path: '/admin/account/sessions',
    summary: 'List the own sessions',
    tag: 'Account',
    caller: 'user',
    status: 200,
    response: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          createdAt: timestamp,
          lastUsedAt: timestamp,
          address: z.string().nullable(),
          userAgent: z.string().nullable(),
          isCurrent: z.boolean(),
        }),
      ),
    }),
  },
  endSession: {
    method: 'DELETE',
    path: '/admin/account/sessions/{sessionId}',
    summary: 'End one of the own sessions',
    tag: 'Account',
    caller: 'user',
    status: 204,
  },
} as const satisfies Record<string, Operation>;
