import { z } from 'zod';
import { languageTagPattern } from '../../domain/limits.ts';
import { name, newPassword, type Operation, password, timestamp } from './operation.ts';
import { session } from './sessions.ts';

export const accountOperations = {
  updateAccount: {
    method: 'PATCH',
    path: '/admin/account',
    summary: 'Change your name, language or theme',
    tag: 'Account',
    caller: 'user',
    body: z
      .object({
        name,
        locale: z.string().max(20).regex(languageTagPattern).nullable(),
        theme: z.enum(['light', 'dark', 'auto']),
      })
      .partial()
      .strict(),
    status: 200,
    response: session,
  },
  changePassword: {
    method: 'POST',
    path: '/admin/account/password',
    summary: 'Change your password, which ends your other sessions',
    tag: 'Account',
    caller: 'user',
    body: z.object({ currentPassword: password, newPassword }),
    status: 204,
  },
  listSessions: {
    method: 'GET',
    path: '/admin/account/sessions',
    summary: 'List your sessions',
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
    summary: 'End one of your sessions',
    tag: 'Account',
    caller: 'user',
    status: 204,
  },
} as const satisfies Record<string, Operation>;
