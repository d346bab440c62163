import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { hashTokenId } from '../domain/access-token.ts';
import type { ApiCredential } from '../domain/api-credential.ts';
import { familyOf, hashRefreshToken } from '../domain/refresh-token.ts';
import { OAuthError } from '../errors.ts';
import { sendJson } from '../http/error-response.ts';
import { findRefreshFamily } from '../store/refresh-families.ts';
import { isTokenLive, isUserLive } from '../store/token-state.ts';
import { type AuthenticatedClient, authenticateClientOrApi } from './authenticate-request.ts';
import { answerWithChallenge } from './authentication-challenge.ts';
import type { OAuthDeps } from './deps.ts';
import { readParameters } from './read-parameters.ts';

/** The path of the introspection endpoint; the metadata document lists it. */
export const introspectionPath = '/oauth/introspect';

/** A response as in RFC 7662 §2.2. */
type Introspection = { readonly active: false } | ({ readonly active: true } & Readonly<Record<string, unknown>>);

const inactive: Introspection = { active: false };

/** Serves RFC 7662: a client sees the tokens of its own organization, an API credential those of its audience. */
export function introspectionEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.post(introspectionPath, { errorHandler: answerWithChallenge }, async (request, reply) =>
    sendJson(reply, await introspect(deps, request)),
  );
}

async function introspect(deps: OAuthDeps, request: FastifyRequest): Promise<Introspection> {
  const parameters = readParameters(request);
  const caller = await authenticateClientOrApi(deps, request, parameters, 'token.introspect');
  const token = parameters.get('token');
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'token is missing');
  }
  // We do not need the hint (RFC 7662 §2.1): a refresh token is recognized by its prefix.
  return token.startsWith('bindery_refresh_')
    ? introspectRefreshToken(deps, caller, token)
    : introspectAccessToken(deps, caller, token);
}

async function introspectAccessToken(
  deps: OAuthDeps,
  caller: AuthenticatedClient | { readonly api: ApiCredential },
  token: string,
): Promise<Introspection> {
  const verified = await deps.verifyAccessToken(token);
  if (verified === undefined) {
    return inactive;
  }
  // The signature was verified above.
  const claims = decodeJwt(token);
  const maySee =
    'api' in caller ? claims.aud === caller.api.audience : verified.organizationId === caller.client.organizationId;
  const isLive =
    maySee &&
    (await isTokenLive(deps.context.database.queries, {
      clientId: verified.clientId,
      organizationId: verified.organizationId,
      userId: verified.userId,
      familyId: typeof claims['sid'] === 'string' ? claims['sid'] : undefined,
      tokenHash: hashTokenId(verified.tokenId),
    }));
  if (!isLive) {
    return inactive;
  }
  const { sid: _sid, ...shown } = claims;
  return { active: true, token_type: 'Bearer', ...shown };
}

async function introspectRefreshToken(
  deps: OAuthDeps,
  caller: AuthenticatedClient | { readonly api: ApiCredential },
  token: string,
): Promise<Introspection> {
  const { database, keys, now, config } = deps.context;
  const familyId = familyOf(token, keys.refreshTag);
  const family = familyId === undefined ? undefined : await findRefreshFamily(database.queries, familyId);
  if (family === undefined || 'api' in caller || family.clientId !== caller.client.clientId) {
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
