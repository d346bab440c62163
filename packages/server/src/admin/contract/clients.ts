import { z } from 'zod';
import {
  descriptionLengthMax,
  overviewDays,
  secretOverlapSecondsDefault,
  secretOverlapSecondsMax,
} from '../../domain/limits.ts';
import {
  access,
  logPageOf,
  logQuery,
  name,
  type Operation,
  pageOf,
  pageQuery,
  search,
  timestamp,
} from './operation.ts';

export const secret = z.object({
  id: z.string(),
  lastFour: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  lastUsedAddress: z.string().nullable(),
});

export const client = z.object({
  id: z.string(),
  organizationId: z.string(),
  name: z.string(),
  description: z.string(),
  access,
  grants: z.array(z.enum(['client_credentials', 'password', 'refresh_token'])),
  state: z.enum(['active', 'disabled']),
  createdAt: timestamp,
  updatedAt: timestamp,
  /** The valid secrets, oldest first. */
  secrets: z.array(secret),
  lastUsedAt: timestamp.nullable(),
  lastUsedAddress: z.string().nullable(),
});

/** The only response that contains a secret; the server stores no copy of it. */
export const newSecret = z.object({
  client,
  clientSecret: z.string(),
  previousSecretExpiresAt: timestamp.nullable(),
});

/** One decision about a client, with its actual reason. */
export const activity = z.object({
  id: z.string(),
  at: timestamp,
  action: z.string(),
  outcome: z.enum(['issued', 'done', 'refused']),
  reason: z.string().nullable(),
  grantType: z.string().nullable(),
  secretLastFour: z.string().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string().nullable(),
});

const description = z.string().trim().max(descriptionLengthMax);
const base = '/admin/organizations/{organizationId}/clients';
const activityQuery = z.object({ outcome: z.enum(['issued', 'done', 'refused']).optional() });

export const clientOperations = {
  listClients: {
    method: 'GET',
    path: base,
    summary: 'List API clients',
    tag: 'API clients',
    caller: 'member',
    query: pageQuery.extend({
      search,
      access: access.optional(),
      state: z.enum(['active', 'disabled']).optional(),
      /** `never`: never used; `idle`: not used for `idleClientDays`; `expiring`: the last secret expires within `expiringSoonDays`. */
      usage: z.enum(['never', 'idle', 'expiring']).optional(),
      sort: z.enum(['name', 'createdAt', 'lastUsedAt']).default('name'),
    }),
    status: 200,
    response: pageOf(client),
  },
  createClient: {
    method: 'POST',
    path: base,
    summary: 'Create an API client; only this response contains its secret',
    tag: 'API clients',
    caller: 'owner',
    recent: true,
    body: z
      .object({
        name,
        description: description.default(''),
        access: access.default('read'),
        secretExpiresAt: timestamp.nullable().default(null),
        passwordGrant: z.boolean().default(false),
      })
      .strict(),
    status: 201,
    response: newSecret,
  },
  getClient: {
    method: 'GET',
    path: `${base}/{clientId}`,
    summary: 'Get an API client',
    tag: 'API clients',
    caller: 'member',
    status: 200,
    response: client,
  },
  updateClient: {
    method: 'PATCH',
    path: `${base}/{clientId}`,
    summary:
      'Change the name, description, access, grants or state of an API client; more access and the password grant need a recent password',
    tag: 'API clients',
    caller: 'owner',
    recent: 'sometimes',
    conditional: true,
    body: z
      .object({ name, description, access, state: z.enum(['active', 'disabled']), passwordGrant: z.boolean() })
      .partial()
      .strict(),
    status: 200,
    response: client,
  },
  deleteClient: {
    method: 'DELETE',
    path: `${base}/{clientId}`,
    summary: 'Permanently delete an API client',
    tag: 'API clients',
    caller: 'owner',
    recent: true,
    conditional: true,
    status: 204,
  },
  rotateSecret: {
    method: 'POST',
    path: `${base}/{clientId}/secrets`,
    summary: 'Create a new secret; existing ones expire after `overlapSeconds`, or at once if that is 0',
    tag: 'API clients',
    caller: 'owner',
    recent: true,
    conditional: true,
    body: z
      .object({
        overlapSeconds: z.number().int().min(0).max(secretOverlapSecondsMax).default(secretOverlapSecondsDefault),
        secretExpiresAt: timestamp.nullable().default(null),
      })
      .strict(),
    status: 201,
    response: newSecret,
  },
  updateSecret: {
    method: 'PATCH',
    path: `${base}/{clientId}/secrets/{secretId}`,
    summary: 'Change when a secret expires; later needs a recent password',
    tag: 'API clients',
    caller: 'owner',
    recent: 'sometimes',
    conditional: true,
    body: z.object({ expiresAt: timestamp }).strict(),
    status: 200,
    response: client,
  },
  endSecret: {
    method: 'DELETE',
    path: `${base}/{clientId}/secrets/{secretId}`,
    summary: 'Revoke a secret',
    tag: 'API clients',
    caller: 'owner',
    conditional: true,
    status: 200,
    response: client,
  },
  listSignIns: {
    method: 'GET',
    path: `${base}/{clientId}/sign-ins`,
    summary: 'List the users who are signed in through an API client with the password grant, newest first',
    tag: 'API clients',
    caller: 'owner',
    query: pageQuery,
    status: 200,
    response: pageOf(
      z.object({
        id: z.string(),
        userId: z.string(),
        email: z.string(),
        name: z.string().nullable(),
        createdAt: timestamp,
        lastUsedAt: timestamp,
        lastUsedAddress: z.string().nullable(),
      }),
    ),
  },
  endSignIn: {
    method: 'DELETE',
    path: `${base}/{clientId}/sign-ins/{signInId}`,
    summary: 'End the sign-in of a user through an API client and revoke its tokens',
    tag: 'API clients',
    caller: 'owner',
    status: 204,
  },
  endSignIns: {
    method: 'DELETE',
    path: `${base}/{clientId}/sign-ins`,
    summary: 'End all sign-ins of users through an API client and revoke its tokens',
    tag: 'API clients',
    caller: 'owner',
    status: 200,
    response: z.object({ ended: z.number().int() }),
  },
  getClientUsage: {
    method: 'GET',
    path: `${base}/{clientId}/usage`,
    summary: `Get the token requests of an API client in the last 24 hours and the last ${overviewDays} days`,
    tag: 'API clients',
    caller: 'member',
    status: 200,
    response: z.object({
      lastDay: z.object({ issued: z.number().int(), refused: z.number().int() }),
      days: z.array(z.object({ date: z.iso.date(), issued: z.number().int(), refused: z.number().int() })),
    }),
  },
  listActivity: {
    method: 'GET',
    path: `${base}/{clientId}/activity`,
    summary: 'List the activity of an API client, newest first',
    tag: 'API clients',
    caller: 'member',
    query: activityQuery.extend(logQuery.shape),
    status: 200,
    response: logPageOf(activity),
  },
  exportActivity: {
    method: 'GET',
    path: `${base}/{clientId}/activity.ndjson`,
    summary: 'Export the activity of an API client as NDJSON',
    tag: 'API clients',
    caller: 'member',
    query: activityQuery,
    status: 200,
    ndjson: true,
  },
} as const satisfies Record<string, Operation>;
