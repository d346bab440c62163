import { z } from 'zod';
import { email, name, newPassword, type Operation } from './operation.ts';
import { session } from './sessions.ts';

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

export const instanceOperations = {
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
} as const satisfies Record<string, Operation>;
