import { createApiCredential, deleteApiCredential, readApiCredentials } from '../../actions/api-credentials.ts';
import { readBranding, setBranding } from '../../actions/branding.ts';
import type { ActionContext } from '../../actions/context.ts';
import { detachAddress } from '../../actions/detach-address.ts';
import { createInvitation } from '../../actions/invitations.ts';
import {
  createOperatorInvitation,
  deleteOperatorInvitation,
  readOperatorInvitations,
} from '../../actions/operator-invitations.ts';
import { readOperators, removeOperator } from '../../actions/operators.ts';
import { createOrganization, readOrganizations, switchOrganization } from '../../actions/organizations.ts';
import { createResetLink } from '../../actions/password-reset.ts';
import { readSigningKeys, rotateSigningKey } from '../../actions/signing-keys.ts';
import { readUsers, setUserState } from '../../actions/users.ts';
import type { ApiCredential } from '../../domain/api-credential.ts';
import { type StoredSigningKey, stateOf } from '../../domain/signing-key.ts';
import type { User } from '../../domain/user.ts';
import { ApiError } from '../../errors.ts';
import { countApiCredentials } from '../../store/api-credentials.ts';
import { countOrganizations } from '../../store/organizations.ts';
import { instanceParty } from '../../store/reader.ts';
import { countUsers, findUser } from '../../store/users.ts';
import { type Handlers, setEtag } from '../call.ts';
import type { ResponseOf } from '../contract/index.ts';
import type { operatorOperations } from '../contract/operator.ts';
import { toOrganization, toPalette, toTimestamp, toTimestampOrNull } from './wire.ts';

/** What only operators of the instance can do. */
export const operatorHandlers: Handlers<keyof typeof operatorOperations> = {
  async listOrganizations({ context, query }) {
    const { pageSize, pageNumber, search } = query;
    const items = await readOrganizations(context, { size: pageSize, number: pageNumber }, search);
    const totalCount = await countOrganizations(context.database.reader.of(instanceParty), search);
    return { items: items.map(toOrganization), totalCount, pageNumber, pageSize };
  },

  async createOrganization({ context, actor, body, reply }) {
    const made = await createOrganization(context, actor, body);
    setEtag(reply, made.version);
    return toOrganization(made);
  },

  async switchOrganization({ context, actor, organizationId, body, requireRecent }) {
    if (body.state === 'disabled' || body.apiClients === 'off') {
      requireRecent();
    }
    const changed = await switchOrganization(context, actor, organizationId, {
      ...(body.state === undefined ? {} : { state: body.state }),
      ...(body.apiClients === undefined ? {} : { apiClientsEnabled: body.apiClients === 'on' }),
    });
    return toOrganization(changed);
  },

  async inviteOwner({ context, actor, organizationId, body }) {
    const made = await createInvitation(context, actor, { organizationId, email: body.email, role: 'owner' });
    return { link: made.link, expiresAt: toTimestamp(made.details.expiresAt) };
  },

  async listSigningKeys({ context }) {
    const keys = await readSigningKeys(context);
    return { items: keys.map((key) => toSigningKey(keys, key, context.now())) };
  },

  async rotateSigningKey({ context, actor }) {
    const made = await rotateSigningKey(context, actor);
    return toSigningKey(await readSigningKeys(context), made, context.now());
  },

  async listApiCredentials({ context, query }) {
    const { pageSize, pageNumber } = query;
    const items = await readApiCredentials(context, { size: pageSize, number: pageNumber });
    const totalCount = await countApiCredentials(context.database.reader.of(instanceParty));
    return { items: items.map(toApiCredential), totalCount, pageNumber, pageSize };
  },

  async createApiCredential({ context, actor, body }) {
    const { credential, clientSecret } = await createApiCredential(context, actor, body);
    return { credential: toApiCredential(credential), clientSecret };
  },

  async deleteApiCredential({ context, actor, parameters }) {
    await deleteApiCredential(context, actor, parameters['credentialId'] ?? '');
  },

  async listOperators({ context }) {
    const operators = await readOperators(context);
    return { items: operators.map(({ id, email, name }) => ({ userId: id, email, name })) };
  },

  async inviteOperator({ context, actor, body }) {
    const made = await createOperatorInvitation(context, actor, body.email);
    return { link: made.link, expiresAt: toTimestamp(made.details.expiresAt) };
  },

  async listOperatorInvitations({ context }) {
    const items = await readOperatorInvitations(context);
    return {
      items: items.map(({ id, email, createdAt, expiresAt }) => ({
        ...{ id, email: email ?? '' },
        ...{ createdAt: toTimestamp(createdAt), expiresAt: toTimestamp(expiresAt) },
      })),
    };
  },

  async deleteOperatorInvitation({ context, actor, parameters }) {
    await deleteOperatorInvitation(context, actor, parameters['invitationId'] ?? '');
  },

  async removeOperator({ context, actor, parameters }) {
    const userId = parameters['userId'];
    if (userId === undefined) {
      throw new ApiError('not_found', 'operator not found');
    }
    await removeOperator(context, actor, userId);
  },

  async listUsers({ context, query }) {
    const { pageSize, pageNumber } = query;
    const items = await readUsers(context, { size: pageSize, number: pageNumber });
    const totalCount = await countUsers(context.database.reader.of(instanceParty));
    return { items: items.map(toUser), totalCount, pageNumber, pageSize };
  },

  async setUserState({ context, actor, signedIn, parameters, body }) {
    const user = await findUserById(context, parameters['userId']);
    if (user.id === signedIn.user.id && body.state === 'disabled') {
      throw new ApiError('conflict', 'you cannot disable yourself');
    }
    return toUser(await setUserState(context, actor, user.email, body.state));
  },

  async detachAddress({ context, actor, signedIn, parameters }) {
    const userId = parameters['userId'] ?? '';
    if (userId === signedIn.user.id) {
      throw new ApiError('conflict', 'you cannot detach your own address; ask another operator');
    }
    return toUser(await detachAddress(context, actor, userId));
  },

  async createUserResetLink({ context, actor, parameters }) {
    const user = await findUserById(context, parameters['userId']);
    const made = await createResetLink(context, actor, user.email, null);
    return { link: made.link, expiresAt: toTimestamp(made.details.expiresAt) };
  },

  getBranding: ({ context }) => readBranding(context),

  getPalette: async ({ query }) => toPalette(query.color ?? null),

  setBranding: ({ context, actor, body }) => setBranding(context, actor, body),
};

async function findUserById(context: ActionContext, id: string | undefined): Promise<User> {
  const user = await findUser(context.database.queries, id ?? '');
  if (user === undefined) {
    throw new ApiError('not_found', 'user not found');
  }
  return user;
}

function toUser(user: User): ResponseOf<'setUserState'> {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    state: user.state,
    isOperator: user.isOperator,
    vouchedBy: user.vouchedBy,
    createdAt: toTimestamp(user.createdAt),
  };
}

function toSigningKey(
  keys: readonly StoredSigningKey[],
  key: StoredSigningKey,
  now: number,
): ResponseOf<'rotateSigningKey'> {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateOf(keys, key, now),
    publishedAt: toTimestamp(key.publishedAt),
    signsFrom: toTimestamp(key.signsFrom),
    retiresAt: toTimestampOrNull(key.retiresAt),
  };
}

function toApiCredential(credential: ApiCredential): ResponseOf<'createApiCredential'>['credential'] {
  return {
    id: credential.id,
    name: credential.name,
    audience: credential.audience,
    lastFour: credential.lastFour,
    createdAt: toTimestamp(credential.createdAt),
  };
}
