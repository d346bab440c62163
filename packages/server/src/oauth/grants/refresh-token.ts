import { cutOff } from '../../actions/cut-off.ts';
import { sessionOf } from '../../domain/cutoff.ts';
import type { RefreshFamily } from '../../domain/refresh-family.ts';
import {
  familyOf,
  hashRefreshToken,
  newRefreshToken,
  sealSuccessor,
  unsealSuccessor,
} from '../../domain/refresh-token.ts';
import { narrowScope } from '../../domain/scope.ts';
import { OAuthError } from '../../errors.ts';
import { findRefreshFamily, revokeRefreshFamilies, rotateRefreshToken } from '../../store/refresh-families.ts';
import { isUserLive } from '../../store/token-state.ts';
import type { OAuthDeps } from '../deps.ts';
import { type Granted, GrantRefusal, type GrantRequest, type NewRefreshToken } from './grant.ts';

/** RFC 6749 §6, with rotation and reuse detection (RFC 9700 §4.14.2). */
export async function refreshTokenGrant(deps: OAuthDeps, grant: GrantRequest): Promise<Granted> {
  const { client, parameters } = grant;
  const { config } = deps.context;
  const token = parameters.get('refresh_token');
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'refresh_token is missing');
  }
  const family = await requireFamily(deps, grant, token);
  const scope = narrowScope(parameters.get('scope'), family.scope);
  return {
    subject: {
      issuer: config.publicUrl,
      audience: config.audience,
      subject: family.userId,
      clientId: client.clientId,
      organizationId: client.organizationId,
      access: client.access,
      scope,
      sessionId: family.id,
    },
    refreshToken: successorOf(deps, grant, family, token),
    details: { user_id: family.userId },
  };
}

async function requireFamily(deps: OAuthDeps, { client, now }: GrantRequest, token: string): Promise<RefreshFamily> {
  const { database, keys } = deps.context;
  const familyId = familyOf(token, keys.refreshTag);
  const family = familyId === undefined ? undefined : await findRefreshFamily(database.queries, familyId);
  if (family === undefined || family.clientId !== client.clientId) {
    throw invalidGrant(family === undefined ? 'unknown_refresh_token' : 'refresh_token_of_other_client');
  }
  refuseUnlessLive(family, now);
  if (!(await isUserLive(database.queries, family.userId, client.organizationId, family.createdAt))) {
    throw invalidGrant('user_not_allowed');
  }
  return family;
}

function refuseUnlessLive(family: RefreshFamily, now: number): void {
  if (family.revokedAt !== null) {
    throw invalidGrant('refresh_token_revoked');
  }
  if (family.idleExpiresAt <= now || family.absoluteExpiresAt <= now) {
    throw invalidGrant('refresh_token_expired');
  }
}

/** The only successor of a token: created at its first use, returned again during the grace period, then never. */
function successorOf(deps: OAuthDeps, grant: GrantRequest, family: RefreshFamily, token: string): NewRefreshToken {
  const { config, keys } = deps.context;
  const currentHash = hashRefreshToken(token);
  const askedScope = grant.parameters.get('scope') ?? '';
  const successor = newRefreshToken(family.id, keys.refreshTag);
  const rotation = {
    id: family.id,
    currentHash,
    successorHash: hashRefreshToken(successor),
    sealedSuccessor: config.refreshTokenGraceSeconds === 0 ? null : sealSuccessor(successor, token),
    askedScope,
    address: grant.request.callerAddress,
    idleExpiresAt: grant.now + config.refreshTokenIdleLifetimeSeconds * 1000,
  };
  return {
    store: async (queries) => ((await rotateRefreshToken(queries, rotation, grant.now)) ? successor : undefined),
    ifRaceLost: () => successorOfUsed(deps, grant, family, token),
  };
}

/** The token was used before: by a concurrent request, within the grace period, or long ago, which is reuse. */
async function successorOfUsed(
  deps: OAuthDeps,
  grant: GrantRequest,
  family: RefreshFamily,
  token: string,
): Promise<string> {
  const { config, database } = deps.context;
  const currentHash = hashRefreshToken(token);
  const askedScope = grant.parameters.get('scope') ?? '';
  const latest = await findRefreshFamily(database.queries, family.id);
  if (latest === undefined) {
    throw invalidGrant('unknown_refresh_token');
  }
  refuseUnlessLive(latest, grant.now);
  const graceEndsAt = (latest.rotatedAt ?? 0) + config.refreshTokenGraceSeconds * 1000;
  const isRetry = latest.previousHash === currentHash && latest.previousAskedScope === askedScope;
  if (isRetry && latest.sealedSuccessor !== null && grant.now < graceEndsAt) {
    return unsealSuccessor(latest.sealedSuccessor, token);
  }
  await database.transaction(async (queries) => {
    if ((await revokeRefreshFamilies(queries, { id: family.id }, 'refresh_token_reuse', grant.now)) > 0) {
      await cutOff(deps.context, queries, sessionOf(family));
    }
  });
  throw invalidGrant('refresh_token_reuse');
}

function invalidGrant(reason: string): OAuthError {
  return new OAuthError('invalid_grant', 'the refresh token is invalid', { cause: new GrantRefusal(reason) });
}
