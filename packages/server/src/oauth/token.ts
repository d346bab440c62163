import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GrantType } from '../domain/access.ts';
import { newClaims, signAccessToken } from '../domain/access-token.ts';
import { OAuthError } from '../errors.ts';
import { sendJson } from '../http/error-response.ts';
import type { CutoffLook } from '../live/cutoffs.ts';
import type { KnownDecision } from '../live/decision-log.ts';
import type { ClientCredentials } from '../store/client-credentials.ts';
import {
  answerAuthenticationError,
  authenticateRequest,
  keep,
  keepChange,
  originOf,
  readParameters,
} from './authenticate-request.ts';
import type { OAuthDeps } from './deps.ts';
import { momentAfterCuts, refuseIfCutSince } from './fresh-cuts.ts';
import { clientCredentialsGrant } from './grants/client-credentials.ts';
import { type Grant, type Granted, GrantRefusal, type GrantRequest } from './grants/grant.ts';
import { passwordGrant } from './grants/password.ts';
import { refreshTokenGrant } from './grants/refresh-token.ts';
import type { Parameters } from './parameters.ts';

/** What the token endpoint answers (RFC 6749 §5.1). */
export interface TokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope: string;
}

const grants: Readonly<Record<GrantType, Grant>> = {
  client_credentials: clientCredentialsGrant,
  password: passwordGrant,
  refresh_token: refreshTokenGrant,
};

/** Serves the token endpoint under each of its names. */
export function tokenEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  for (const path of deps.context.config.tokenPaths) {
    app.post(path, { errorHandler: answerAuthenticationError }, async (request, reply) =>
      sendJson(reply, await answerTokenRequest(deps, request)),
    );
  }
}

async function answerTokenRequest(deps: OAuthDeps, request: FastifyRequest): Promise<TokenAnswer> {
  const parameters = readParameters(request);
  // Before anything is decided on: a cut that comes after this moment is noticed, and ends the token.
  const now = deps.context.now();
  const look = await deps.cutoffs.look();
  const authenticated = await authenticateRequest(deps, request, parameters, 'token.issue');
  const { client, secretId } = authenticated;
  const decision = {
    at: now,
    clientId: client.clientId,
    organizationId: client.organizationId,
    secretId,
    origin: originOf(request),
  };
  try {
    const grantType = requireGrant(parameters, client);
    requireAudience(parameters, deps.context.config.audience);
    return await issue(deps, look, grantType, { ...authenticated, parameters, request, now }, decision);
  } catch (error) {
    if (error instanceof OAuthError && error.code !== 'temporarily_unavailable') {
      await keep(deps, { ...decision, outcome: 'refused', reason: trueReason(error) });
    }
    throw error;
  }
}

async function issue(
  deps: OAuthDeps,
  look: CutoffLook,
  grantType: GrantType,
  request: GrantRequest,
  decision: Omit<KnownDecision, 'outcome'>,
): Promise<TokenAnswer> {
  const lifetimeSeconds = deps.context.config.accessTokenLifetimeSeconds;
  const granted = await grants[grantType](deps, request);
  const claims = newClaims(
    granted.subject,
    lifetimeSeconds,
    await momentAfterCuts(deps, look, granted.subject, request.now),
  );
  const details = {
    grant_type: grantType,
    scope: claims.scope,
    token_id: claims.jti,
    secret_id: decision.secretId,
    ...granted.details,
  };
  const signer = await deps.keyRing.signer();
  const [accessToken, refreshToken] = await Promise.all([
    signAccessToken(claims, signer),
    keepGranted(deps, { ...decision, outcome: 'issued', details }, granted),
  ]);
  refuseIfCutSince(look, await deps.cutoffs.look(), granted.subject);
  return {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    access_token: accessToken,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    scope: claims.scope,
  };
}

/** Keeps what was granted before it leaves; answers the refresh token, where there is one. */
async function keepGranted(
  deps: OAuthDeps,
  decision: KnownDecision,
  { refreshToken }: Granted,
): Promise<string | undefined> {
  const made = refreshToken && (await keepChange(deps, decision, refreshToken.make, { isUnseen: true }));
  if (made !== undefined) {
    return made;
  }
  const given = await refreshToken?.whenLost();
  await keep(deps, decision);
  return given;
}

function requireGrant(parameters: Parameters, client: ClientCredentials): GrantType {
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) {
    throw new OAuthError('invalid_request', 'grant_type is missing');
  }
  if (!isGrantType(grantType)) {
    throw new OAuthError('unsupported_grant_type', `the grant types are: ${Object.keys(grants).join(', ')}`);
  }
  if (!client.grants.includes(grantType)) {
    throw new OAuthError('unauthorized_client', 'this client may not use this grant type');
  }
  return grantType;
}

function isGrantType(text: string): text is GrantType {
  return Object.hasOwn(grants, text);
}

/** RFC 8707 §2: the one resource there is may be named. */
function requireAudience(parameters: Parameters, audience: string): void {
  const resource = parameters.get('resource');
  if (resource !== undefined && resource !== audience) {
    throw new OAuthError('invalid_target', `the only resource is ${audience}`);
  }
}

/** What the audit trail is told: more than the caller, where the answer must not tell things apart. */
function trueReason(error: OAuthError): string {
  if (error.code === 'too_many_requests') {
    return 'too_many_attempts';
  }
  return error.cause instanceof GrantRefusal ? error.cause.message : error.code;
}
