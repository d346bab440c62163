import { z } from 'zod';
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
    summary: 'Read an organization',
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: organization,
  },
  getOverview: {
    method: 'GET',
    path: `${base}/overview`,
    summary: 'Read the token requests of the last 30 days, and the clients that want attention',
    tag: 'Organization',
    caller: 'member',
    status: 200,
    response: z.object({
      days: z.array(z.object({ date: z.iso.date(), issued: z.number().int(), refused: z.number().int() })),
      clientCount: z.number().int(),
      /** The last secret ends within 14 days; the first five, as of the other kinds. */
      expiring: z.array(client),
      neverUsed: z.array(client),
      /** Not used for 90 days. */
      idle: z.array(client),
      /** How many there are of each kind. */
      counts: z.object({ expiring: z.number().int(), neverUsed: z.number().int(), idle: z.number().int() }),
    }),
  },
  updateOrganization: {
    method: 'PATCH',
    path: base,
    summary: "Change an organization's name or contact",
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
    summary: 'Delete an organization with its API clients and binders for good; its audit trail stays',
    tag: 'Organization',
    caller: 'owner',
    recent: true,
    conditional: true,
    status: 204,
  },
} as const satisfies Record<string, Operation>;
