import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cutOff } from '../actions/cut-off.ts';
import { hashTokenId } from '../domain/access-token.ts';
import { sessionOf } from '../domain/cutoff.ts';
import { clockToleranceSeconds } from '../domain/limits.ts';
import { familyOf } from '../domain/refresh-token.ts';
import { OAuthError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { findRefreshFamily, revokeRefreshFamilies } from '../store/refresh-families.ts';
import { revokeAccessToken } from '../store/token-state.ts';
import { type AuthenticatedClient, authenticateRequest } from './authenticate-request.ts';
import { answerWithChallenge } from './authentication-challenge.ts';
import type { OAuthDeps } from './deps.ts';
import { readParameters } from './read-parameters.ts';
import { recordChange } from './record-decision.ts';
import { originOf } from './request-origin.ts';

/** The path of the revocation endpoint; the metadata document lists it. */
export const revocationPath = '/oauth/revoke';

/** Serves RFC 7009: a client revokes its own tokens; the response says nothing about any other token. */
export function revocationEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.post(revocationPath, { errorHandler: answerWithChallenge }, async (request, reply) => {
    await revoke(deps, request);
    // RFC 7009 §2.2: the status is the whole response.
    return reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).send();
  });
}

async function revoke(deps: OAuthDeps, request: FastifyRequest): Promise<void> {
  const parameters = readParameters(request);
  const authenticated = await authenticateRequest(deps, request, parameters, 'token.revoke');
  const token = parameters.get('token');
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'token is missing');
  }
  const revocation = token.startsWith('bindery_refresh_')
    ? await revocationOfRefreshToken(deps, authenticated, token)
    : await revocationOfAccessToken(deps, authenticated, token);
  if (revocation !== undefined) {
    const decision = {
      at: deps.context.now(),
      action: 'token.revoke',
      outcome: 'done',
      clientId: authenticated.client.clientId,
      organizationId: authenticated.client.organizationId,
      secretId: authenticated.secretId,
      origin: originOf(request),
      details: revocation.details,
    } as const;
    const store = async (queries: Queries) => (await revocation.store(queries)) || undefined;
    // It adds a cut-off, which every process keeps in memory.
    await recordChange(deps, decision, store, { invalidatesCaches: true });
  }
}

interface Revocation {
  /** Stores the revocation; false if the token was revoked before. */
  readonly store: (queries: Queries) => Promise<boolean>;
  /** For the audit log. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Revokes the whole family: its latest refresh token, and every access token issued from it. */
async function revocationOfRefreshToken(
  { context }: OAuthDeps,
  { client }: AuthenticatedClient,
  token: string,
): Promise<Revocation | undefined> {
  const { queries } = context.database;
  const familyId = familyOf(token, context.keys.refreshTag);
  const family = familyId === undefined ? undefined : await findRefreshFamily(queries, familyId);
  if (family === undefined || family.clientId !== client.clientId) {
    return undefined;
  }
  return {
    store: async (changing) => {
      const revoked = await revokeRefreshFamilies(changing, { id: family.id }, 'revoked_by_client', context.now());
      if (revoked > 0) {
        await cutOff(context, changing, sessionOf(family));
      }
      return revoked > 0;
    },
    details: { kind: 'refresh_token', user_id: family.userId },
  };
}

/** Revokes one access token; its refresh token stays valid. */
async function revocationOfAccessToken(
  deps: OAuthDeps,
  { client }: AuthenticatedClient,
  token: string,
): Promise<Revocation | undefined> {
  const caller = await deps.verifyAccessToken(token);
  if (caller === undefined || caller.clientId !== client.clientId) {
    return undefined;
  }
  return {
    store: async (changing) => {
      // A guard whose clock is behind accepts the token that much longer.
      const rememberUntil = caller.expiresAt + clockToleranceSeconds * 1000;
      const isRevoked = await revokeAccessToken(changing, hashTokenId(caller.tokenId), rememberUntil);
      if (isRevoked) {
        const { tokenId: id, clientId, organizationId } = caller;
        await cutOff(deps.context, changing, { kind: 'token', id, clientId, organizationId });
      }
      return isRevoked;
    },
    details: { kind: 'access_token', token_id: caller.tokenId },
  };
}
