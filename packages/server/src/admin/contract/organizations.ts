import { z } from 'zod';
import { overviewDays } from '../../domain/limits.ts';
import { client } from './clients.ts';
import { email, name, type Operation, timestamp } from './operation.ts';

export const organization = z.object({
  id: z.string(),
  name: z.string(),
  contact: z.string().nullable(),
  state: z.enum(['active', 'disabled']),
  apiClients: z.enum(['on', 'off']),
  createdAt: timestamp,
});

const base = '/admin/organizations/{organizationId}';

export const organizationOperations = {
  getOrganization: {
    method: 'GET',
    path: base,
    summary: 'Get an organization',
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: organization,
  },
  getOverview: {
    method: 'GET',
    path: `${base}/overview`,
    summary: `Get the token requests of the last ${overviewDays} days and the clients that need attention`,
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: z.object({
      days: z.array(z.object({ date: z.iso.date(), issued: z.number().int(), refused: z.number().int() })),
      clientCount: z.number().int(),
      /** Their last secret expires within `expiringSoonDays`. At most five clients of each kind are listed. */
      expiring: z.array(client),
      neverUsed: z.array(client),
      /** Not used for `idleClientDays`. */
      idle: z.array(client),
      /** The total number of each kind. */
      counts: z.object({ expiring: z.number().int(), neverUsed: z.number().int(), idle: z.number().int() }),
    }),
  },
  updateOrganization: {
    method: 'PATCH',
    path: base,
    summary: 'Change the name or contact of an organization',
    tag: 'Organization',
    caller: 'owner',
    conditional: true,
    body: z.object({ name, contact: email.nullable() }).partial().strict(),
    status: 200,
    response: organization,
  },
  deleteOrganization: {
    method: 'DELETE',
    path: base,
    summary: 'Permanently delete an organization with its API clients and binders; its audit log is kept',
    tag: 'Organization',
    caller: 'owner',
    recent: true,
    conditional: true,
    status: 204,
  },
} as const satisfies Record<string, Operation>;
