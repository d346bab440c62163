import { rotateSecret, setSecretExpiry } from '../../actions/client-secrets.ts';
import { createClient, deleteClient, updateClient } from '../../actions/clients.ts';
import { endSignIns, readSignIns } from '../../actions/sign-ins.ts';
import { readClientUsage } from '../../actions/usage.ts';
import { grantsOf } from '../../domain/access.ts';
import type { ListedClient } from '../../domain/api-client.ts';
import { ApiError } from '../../errors.ts';
import { ClientSearch } from '../../store/client-list.ts';
import { type Call, type Handlers, setEtag } from '../call.ts';
import type { clientOperations } from '../contract/clients.ts';
import type { OperationName, ResponseOf } from '../contract/index.ts';
import { exportAuditLog, readAuditLog } from './audit-log.ts';
import { toClient, toTimestamp, toTimestampOrNull } from './wire.ts';

type AnyCall = Call<OperationName>;

/** The life cycle of API clients. */
export const clientHandlers: Handlers<keyof typeof clientOperations> = {
  async listClients({ context, organizationId, query }) {
    const { pageSize, pageNumber, ...filter } = query;
    const search = new ClientSearch(context.database.reader.of(organizationId), organizationId, context.now());
    const items = await search.list(filter, { size: pageSize, number: pageNumber });
    return { items: items.map(toClient), totalCount: await search.count(filter), pageNumber, pageSize };
  },

  async createClient(call) {
    const { context, actor, organizationId, body } = call;
    const made = await createClient(context, actor, {
      organizationId,
      name: body.name,
      description: body.description,
      access: body.access,
      grants: grantsOf(body.passwordGrant),
      secretExpiresAt: endOf(call, body.secretExpiresAt),
    });
    return { client: toClient(made.listed), clientSecret: made.clientSecret, previousSecretExpiresAt: null };
  },

  async getClient(call) {
    return answerClient(call, call.parameters['clientId'] ?? '');
  },

  async updateClient(call) {
    const { name, description, access, state, passwordGrant } = call.body;
    if (access === 'read_write' || passwordGrant === true) {
      const { client } = await findListed(call, call.parameters['clientId'] ?? '');
      const isWidened = access === 'read_write' && client.access === 'read';
      if (isWidened || (passwordGrant === true && !client.grants.includes('password'))) {
        // `If-Match` makes sure that the change is made to what was looked at here.
        call.requireRecent();
      }
    }
    const changed = await updateClient(call.context, call.actor, targetOf(call), {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(access === undefined ? {} : { access }),
      ...(state === undefined ? {} : { state }),
      ...(passwordGrant === undefined ? {} : { grants: grantsOf(passwordGrant) }),
    });
    return answerClient(call, changed.id);
  },

  async deleteClient(call) {
    await deleteClient(call.context, call.actor, targetOf(call));
  },

  async rotateSecret(call) {
    const made = await rotateSecret(call.context, call.actor, targetOf(call), {
      overlapMilliseconds: call.body.overlapSeconds * 1000,
      secretExpiresAt: endOf(call, call.body.secretExpiresAt),
    });
    return {
      client: answerListed(call, made.listed),
      clientSecret: made.clientSecret,
      previousSecretExpiresAt: toTimestampOrNull(made.previousSecretExpiresAt),
    };
  },

  async updateSecret(call) {
    const expiresAt = Date.parse(call.body.expiresAt);
    const { secrets } = await findListed(call, call.parameters['clientId'] ?? '');
    const before = secrets.find(({ id }) => id === call.parameters['secretId'])?.expiresAt ?? null;
    if (before !== null && expiresAt > before) {
      call.requireRecent();
    }
    const target = { ...targetOf(call), secretId: call.parameters['secretId'] ?? '' };
    const changed = await setSecretExpiry(call.context, call.actor, target, expiresAt);
    return answerClient(call, changed.id);
  },

  async endSecret(call) {
    const target = { ...targetOf(call), secretId: call.parameters['secretId'] ?? '' };
    const changed = await setSecretExpiry(call.context, call.actor, target, 'now');
    return answerClient(call, changed.id);
  },

  async listSignIns({ context, organizationId, parameters, query: { pageSize, pageNumber } }) {
    const of = { organizationId, clientId: parameters['clientId'] ?? '' };
    const { items, totalCount } = await readSignIns(context, of, { size: pageSize, number: pageNumber });
    return {
      items: items.map((item) => ({
        ...item,
        createdAt: toTimestamp(item.createdAt),
        lastUsedAt: toTimestamp(item.lastUsedAt),
      })),
      totalCount,
      pageNumber,
      pageSize,
    };
  },

  async endSignIn({ context, actor, organizationId, parameters }) {
    const of = { organizationId, clientId: parameters['clientId'] ?? '' };
    await endSignIns(context, actor, of, { id: parameters['signInId'] ?? '' });
  },

  async endSignIns({ context, actor, organizationId, parameters }) {
    const of = { organizationId, clientId: parameters['clientId'] ?? '' };
    return { ended: await endSignIns(context, actor, of, 'all') };
  },

  async getClientUsage(call) {
    const { context, organizationId } = call;
    const { client } = await findListed(call, call.parameters['clientId'] ?? '');
    const { lastDay, days } = await readClientUsage(context, { organizationId, clientId: client.id });
    return { lastDay, days: [...days] };
  },

  async listActivity(call) {
    const { client } = await findListed(call, call.parameters['clientId'] ?? '');
    const { limit, before, outcome } = call.query;
    const { items, next } = await readAuditLog(call.context, activityFilter(call, client.id, outcome), {
      limit,
      before,
    });
    return { items: items.map(toActivity), next };
  },

  async exportActivity(call) {
    const { client } = await findListed(call, call.parameters['clientId'] ?? '');
    const filter = activityFilter(call, client.id, call.query.outcome);
    exportAuditLog(call.context, call.reply, `activity-${client.id}`, filter, toActivity);
  },
};

function targetOf({ organizationId, parameters, version }: AnyCall) {
  return { organizationId, clientId: parameters['clientId'] ?? '', version };
}

async function findListed({ context, organizationId }: AnyCall, clientId: string): Promise<ListedClient> {
  const search = new ClientSearch(context.database.queries, organizationId, context.now());
  const found = await search.find(clientId);
  if (found === undefined) {
    throw new ApiError('not_found', 'API client not found');
  }
  return found;
}

async function answerClient(call: AnyCall, clientId: string): Promise<ResponseOf<'getClient'>> {
  return answerListed(call, await findListed(call, clientId));
}

function answerListed(call: AnyCall, listed: ListedClient): ResponseOf<'getClient'> {
  setEtag(call.reply, listed.client.version);
  return toClient(listed);
}

function endOf({ context }: AnyCall, at: string | null): number | null {
  if (at === null) {
    return null;
  }
  const end = Date.parse(at);
  if (end <= context.now()) {
    throw new ApiError('invalid_input', 'the expiry date of the secret is in the past', {
      fields: { secretExpiresAt: ['is in the past'] },
    });
  }
  return end;
}

function activityFilter(
  { organizationId }: AnyCall,
  clientId: string,
  outcome: 'issued' | 'done' | 'refused' | undefined,
) {
  return { organizationId, targetId: clientId, ...(outcome === undefined ? {} : { outcome }) };
}

function toActivity(
  record: Awaited<ReturnType<typeof readAuditLog>>['items'][number],
): ResponseOf<'listActivity'>['items'][number] {
  return {
    id: record.id,
    at: toTimestamp(record.at),
    action: record.action,
    outcome: record.outcome,
    reason: record.reason ?? null,
    grantType: textOf(record.details?.['grant_type']),
    secretLastFour: record.secretLastFour,
    address: record.actor.address,
    userAgent: record.actor.userAgent,
    requestId: record.actor.requestId,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
