import { z } from 'zod';
import { email, linkToken, name, newPassword, type Operation } from './operation.ts';
import { palette } from './palette.ts';
import { session } from './sessions.ts';

const count = z.number().int();

/** The rules a page needs before it sends a form. Patterns are regular expressions with the `u` flag. */
export const limits = z.object({
  nameLengthMax: count,
  descriptionLengthMax: count,
  emailLengthMax: count,
  emailPattern: z.string(),
  passwordCharactersMin: count,
  passwordBytesMax: count,
  audienceLengthMax: count,
  audiencePattern: z.string(),
  productNameLengthMax: count,
  brandColorPattern: z.string(),
  logoBytesMax: count,
  searchLengthMax: count,
  pageSizeMax: count,
  liveSecretsMax: count,
  secretLifetimeDaysOffered: z.array(count),
  secretOverlapSecondsDefault: count,
  secretOverlapSecondsMax: count,
  expiringSoonDays: count,
  idleClientDays: count,
  overviewDays: count,
  sessionIdleSeconds: count,
  sessionAbsoluteSeconds: count,
  sessionRecentSeconds: count,
  setupLinkSeconds: count,
  invitationSeconds: count,
  accessTokenLifetimeSeconds: count,
});

/** What anyone may know about this instance: its branding, its addresses as samples show them, and its rules. */
export const instance = z.object({
  productName: z.string(),
  /** `#rrggbb`, or null for Bindery's own. */
  color: z.string().nullable(),
  palette,
  hasLogo: z.boolean(),
  contact: z.string().nullable(),
  version: z.string(),
  issuer: z.string(),
  tokenUrl: z.string(),
  apiUrl: z.string(),
  tenantHeader: z.string(),
  /** The scope a token request may ask for; optional. */
  scope: z.string(),
  docsUrl: z.string(),
  /** Whether API clients can be given the password grant. */
  passwordGrant: z.boolean(),
  /** Why nobody can sign in here, or null: sign-in over plain HTTP works on this machine only. */
  signInProblem: z.string().nullable(),
  limits,
});

export const instanceOperations = {
  getInstance: {
    method: 'GET',
    path: '/admin/instance',
    summary: 'Get the branding, addresses and limits of this instance',
    tag: 'Session',
    caller: 'public',
    status: 200,
    response: instance,
  },
  setUp: {
    method: 'POST',
    path: '/admin/setup',
    summary: 'Set up a new instance with its setup token',
    tag: 'Session',
    caller: 'public',
    body: z.object({ token: linkToken.min(1), email, name, password: newPassword, organizationName: name }),
    status: 201,
    response: session,
  },
} as const satisfies Record<string, Operation>;
