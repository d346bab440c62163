import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GrantType } from '../domain/access.ts';
import { newClaims, signAccessToken } from '../domain/access-token.ts';
import type { ClientCredentials } from '../domain/api-client.ts';
import type { KnownClientDecision } from '../domain/token-decision.ts';
import { OAuthError } from '../errors.ts';
import { sendJson } from '../http/error-response.ts';
import { authenticateRequest } from './authenticate-request.ts';
import { answerWithChallenge } from './authentication-challenge.ts';
import { issueTimeAfterCutoffs, refuseIfCutOffMeanwhile } from './cutoff-race.ts';
import type { OAuthDeps } from './deps.ts';
import { clientCredentialsGrant } from './grants/client-credentials.ts';
import { type Grant, type Granted, GrantRefusal } from './grants/grant.ts';
import { passwordGrant } from './grants/password.ts';
import { refreshTokenGrant } from './grants/refresh-token.ts';
import type { Parameters } from './parameters.ts';
import { readParameters } from './read-parameters.ts';
import { recordChange, recordDecision } from './record-decision.ts';
import { originOf } from './request-origin.ts';

/** A successful response of the token endpoint (RFC 6749 §5.1). */
interface TokenResponse {
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

/** Serves the token endpoint under each of its paths. */
export function tokenEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  for (const path of deps.context.config.tokenPaths) {
    app.post(path, { errorHandler: answerWithChallenge }, async (request, reply) =>
      sendJson(reply, await issueToken(deps, request)),
    );
  }
}

/** Every step of a token request, in order. Each refusal is an `OAuthError`. */
async function issueToken(deps: OAuthDeps, request: FastifyRequest): Promise<TokenResponse> {
  const { config, now: clock } = deps.context;

  // 1. Read the request.
  const parameters = readParameters(request);

  // 2. Note the time and what is cut off now, before anything is decided: step 7 catches what is cut off from here on.
  const now = clock();
  const cutoffs = await deps.cutoffs.snapshot();

  // 3. Authenticate the client. From here on each decision is recorded, in the audit log or in a counter.
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
    // 4. Let the grant decide who the token is for and what it allows.
    const grantType = requireGrantType(parameters, client, config.grantTypes);
    requireAudience(parameters, config.audience);
    const granted = await grants[grantType](deps, { ...authenticated, parameters, request, now });
    const { subject } = granted;

    // 5. Write the claims, valid from after the last cut-off of the subject.
    const lifetimeSeconds = config.accessTokenLifetimeSeconds;
    const issuedAt = await issueTimeAfterCutoffs(deps, cutoffs, subject, now);
    const claims = newClaims(subject, lifetimeSeconds, issuedAt);

    // 6. Sign, and meanwhile record the decision: no token is sent without its entry.
    const details = {
      grant_type: grantType,
      scope: claims.scope,
      token_id: claims.jti,
      secret_id: secretId,
      ...granted.details,
    };
    const signer = await deps.keyRing.signer();
    const [accessToken, refreshToken] = await Promise.all([
      signAccessToken(claims, signer),
      recordIssued(deps, { ...decision, outcome: 'issued', details }, granted),
    ]);

    // 7. Refuse if the subject was cut off since step 2.
    refuseIfCutOffMeanwhile(cutoffs, await deps.cutoffs.snapshot(), subject);

    // 8. Respond.
    return {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      access_token: accessToken,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      scope: claims.scope,
    };
  } catch (error) {
    if (error instanceof OAuthError && error.code !== 'temporarily_unavailable') {
      await recordDecision(deps, { ...decision, outcome: 'refused', reason: auditReasonOf(error) });
    }
    throw error;
  }
}

function requireGrantType(parameters: Parameters, client: ClientCredentials, offered: readonly GrantType[]): GrantType {
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) {
    throw new OAuthError('invalid_request', 'grant_type is missing');
  }
  if (!isGrantType(grantType) || !offered.includes(grantType)) {
    throw new OAuthError('unsupported_grant_type', `the supported grant types are: ${offered.join(', ')}`);
  }
  if (!client.grants.includes(grantType)) {
    throw new OAuthError('unauthorized_client', 'this client may not use this grant type');
  }
  return grantType;
}

function isGrantType(text: string): text is GrantType {
  return Object.hasOwn(grants, text);
}

/** RFC 8707 §2: a client may name the resource, of which there is only one. */
function requireAudience(parameters: Parameters, audience: string): void {
  const resource = parameters.get('resource');
  if (resource !== undefined && resource !== audience) {
    throw new OAuthError('invalid_target', `the only resource is ${audience}`);
  }
}

/** Records an issued token, in one transaction with its refresh token if it has one; returns the refresh token. */
async function recordIssued(
  deps: OAuthDeps,
  decision: KnownClientDecision,
  { refreshToken }: Granted,
): Promise<string | undefined> {
  const stored = refreshToken && (await recordChange(deps, decision, refreshToken.store, { invalidatesCaches: false }));
  if (stored !== undefined) {
    return stored;
  }
  const winner = await refreshToken?.ifRaceLost();
  await recordDecision(deps, decision);
  return winner;
}

/** The reason for the audit log. It may say more than the response, which must not tell some cases apart. */
function auditReasonOf(error: OAuthError): string {
  if (error.code === 'too_many_requests') {
    return 'too_many_attempts';
  }
  return error.cause instanceof GrantRefusal ? error.cause.message : error.code;
}
