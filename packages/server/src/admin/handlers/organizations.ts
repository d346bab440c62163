import { deleteOrganization, requireOrganization, updateOrganizationDetails } from '../../actions/organizations.ts';
import { readOverview } from '../../actions/usage.ts';
import { type Handlers, setEtag } from '../call.ts';
import type { organizationOperations } from '../contract/organizations.ts';
import { toClient, toOrganization } from './wire.ts';

/** One organization as its members see it. */
export const organizationHandlers: Handlers<keyof typeof organizationOperations> = {
  async getOrganization({ context, organizationId, reply }) {
    const organization = await requireOrganization(context, organizationId);
    setEtag(reply, organization.version);
    return toOrganization(organization);
  },

  async getOverview({ context, organizationId }) {
    const { days, clientCount, expiring, neverUsed, idle } = await readOverview(context, organizationId);
    return {
      days: [...days],
      clientCount,
      expiring: expiring.clients.map(toClient),
      neverUsed: neverUsed.clients.map(toClient),
      idle: idle.clients.map(toClient),
      counts: { expiring: expiring.count, neverUsed: neverUsed.count, idle: idle.count },
    };
  },

  async updateOrganization({ context, actor, organizationId, version, body, reply }) {
    const changed = await updateOrganizationDetails(
      context,
      actor,
      { organizationId, version },
      {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.contact === undefined ? {} : { contact: body.contact }),
      },
    );
    setEtag(reply, changed.version);
    return toOrganization(changed);
  },

  async deleteOrganization({ context, actor, organizationId, version }) {
    await deleteOrganization(context, actor, { organizationId, version });
  },
};
