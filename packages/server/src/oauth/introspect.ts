import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { familyOf, hashRefreshToken } from '../domain/refresh-token.ts';
import { OAuthError } from '../errors.ts';
import { sendJson } from '../http/error-response.ts';
import type { ApiCredential } from '../store/api-credentials.ts';
import { findRefreshFamily } from '../store/refresh-families.ts';
import { hashTokenId, isTokenLive, isUserLive } from '../store/token-state.ts';
import {
  type AuthenticatedClient,
  answerAuthenticationError,
  authenticateClientOrApi,
  readParameters,
} from './authenticate-request.ts';
import type { OAuthDeps } from './deps.ts';

/** Where tokens are introspected; metadata names it. */
export const introspectionPath = '/oauth/introspect';

/** An answer of RFC 7662 §2.2. */
type Introspection = { readonly active: false } | ({ readonly active: true } & Readonly<Record<string, unknown>>);

const inactive: Introspection = { active: false };

/** Serves RFC 7662: a client sees tokens of its own organization, an API credential those of its audience. */
export function introspectionEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.post(introspectionPath, { errorHandler: answerAuthenticationError }, async (request, reply) =>
    sendJson(reply, await introspect(deps, request)),
  );
}

async function introspect(deps: OAuthDeps, request: FastifyRequest): Promise<Introspection> {
  const parameters = readParameters(request);
  const asking = await authenticateClientOrApi(deps, request, parameters, 'token.introspect');
  const token = parameters.get('token');
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'token is missing');
  }
  // The hint (RFC 7662 §2.1) is not needed: our two kinds of token cannot be taken for one another.
  return token.startsWith('bindery_refresh_')
    ? introspectRefreshToken(deps, asking, token)
    : introspectAccessToken(deps, asking, token);
}

async function introspectAccessToken(
  deps: OAuthDeps,
  asking: AuthenticatedClient | { readonly api: ApiCredential },
  token: string,
): Promise<Introspection> {
  const caller = await deps.verifyAccessToken(token);
  if (caller === undefined) {
    return inactive;
  }
  // Verified just now: its claims are ours.
  const claims = decodeJwt(token);
  const mayAsk =
    'api' in asking ? claims.aud === asking.api.audience : caller.organizationId === asking.client.organizationId;
  const isLive =
    mayAsk &&
    (await isTokenLive(deps.context.database.queries, {
      clientId: caller.clientId,
      organizationId: caller.organizationId,
      userId: caller.userId,
      familyId: typeof claims['sid'] === 'string' ? claims['sid'] : undefined,
      tokenHash: hashTokenId(caller.tokenId),
    }));
  if (!isLive) {
    return inactive;
  }
  const { sid: _sid, ...shown } = claims;
  return { active: true, token_type: 'Bearer', ...shown };
}

async function introspectRefreshToken(
  deps: OAuthDeps,
  asking: AuthenticatedClient | { readonly api: ApiCredential },
  token: string,
): Promise<Introspection> {
  const { database, keys, now, config } = deps.context;
  const familyId = familyOf(token, keys.refreshTag);
  const family = familyId === undefined ? undefined : await findRefreshFamily(database.queries, familyId);
  if (family === undefined || 'api' in asking || family.clientId !== asking.client.clientId) {
    return inactive;
  }
  const expiresAt = Math.min(family.idleExpiresAt, family.absoluteExpiresAt);
  const isLive =
    family.revokedAt === null &&
    family.currentHash === hashRefreshToken(token) &&
    expiresAt > now() &&
    (await isUserLive(database.queries, family.userId, family.organizationId, family.createdAt));
  if (!isLive) {
    return inactive;
  }
  return {
    active: true,
    token_type: 'refresh_token',
    client_id: family.clientId,
    sub: family.userId,
    scope: family.scope,
    iss: config.publicUrl,
    organization_id: family.organizationId,
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor((family.rotatedAt ?? family.createdAt) / 1000),
  };
}
