import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cutOff } from '../actions/cut-off.ts';
import { clockToleranceSeconds } from '../domain/limits.ts';
import { familyOf } from '../domain/refresh-token.ts';
import { OAuthError } from '../errors.ts';
import type { Queries } from '../store/database.ts';
import { findRefreshFamily, revokeRefreshFamilies } from '../store/refresh-families.ts';
import { hashTokenId, revokeAccessToken } from '../store/token-state.ts';
import {
  type AuthenticatedClient,
  answerAuthenticationError,
  authenticateRequest,
  keepChange,
  originOf,
  readParameters,
} from './authenticate-request.ts';
import type { OAuthDeps } from './deps.ts';

/** Where tokens are revoked; metadata names it. */
export const revocationPath = '/oauth/revoke';

/** Serves RFC 7009: a client ends its own tokens; of any other the answer tells nothing. */
export function revocationEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  app.post(revocationPath, { errorHandler: answerAuthenticationError }, async (request, reply) => {
    await revoke(deps, request);
    // RFC 7009 §2.2: the status says it all.
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
    // The cut that comes with it is looked at by whoever judges tokens.
    const make = async (queries: Queries) => (await revocation.make(queries)) || undefined;
    await keepChange(deps, decision, make, { isUnseen: false });
  }
}

/** What ends a token; false when it had ended before. */
interface Revocation {
  readonly make: (queries: Queries) => Promise<boolean>;
  /** For the audit trail. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Ends the whole family: its newest token, and the access tokens that came from it. */
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
    make: async (changing) => {
      const revoked = await revokeRefreshFamilies(changing, { id: family.id }, 'revoked_by_client', context.now());
      if (revoked > 0) {
        await cutOff(context, changing, { kind: 'session', id: family.id });
      }
      return revoked > 0;
    },
    details: { kind: 'refresh_token', user_id: family.userId },
  };
}

/** Ends one access token; the refresh token that it came with stays. */
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
    make: async (changing) => {
      // A guard whose clock is behind accepts the token that much longer.
      const endsAt = caller.expiresAt + clockToleranceSeconds * 1000;
      const isRevoked = await revokeAccessToken(changing, hashTokenId(caller.tokenId), endsAt);
      if (isRevoked) {
        await cutOff(deps.context, changing, { kind: 'token', id: caller.tokenId });
      }
      return isRevoked;
    },
    details: { kind: 'access_token', token_id: caller.tokenId },
  };
}
