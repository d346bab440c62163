import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newClaims, signAccessToken } from '../domain/access-token.ts';
import { answerOAuthError, sendJson } from '../error-response.ts';
import { OAuthError } from '../errors.ts';
import type { ClientCredentials } from '../store/client-credentials.ts';
import { authenticateClient, presentedCredentials } from './client-authentication.ts';
import type { Decision } from './decision-log.ts';
import type { OAuthDeps } from './deps.ts';
import { clientCredentialsGrant } from './grants/client-credentials.ts';
import { type Parameters, parseParameters } from './parameters.ts';

/** What the token endpoint answers (RFC 6749 §5.1). */
export interface TokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly access_token: string;
  readonly scope: string;
}

/** Serves the token endpoint under each of its names. */
export function tokenEndpoint(app: FastifyInstance, deps: OAuthDeps): void {
  for (const path of deps.context.config.tokenPaths) {
    app.post(path, { errorHandler: answerTokenError }, async (request, reply) =>
      sendJson(reply, await answerTokenRequest(deps, request)),
    );
  }
}

/** RFC 6749 §5.2: the challenge only where the Authorization header was tried. */
function answerTokenError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OAuthError && error.code === 'invalid_client' && request.headers.authorization !== undefined) {
    reply.header('www-authenticate', 'Basic realm="bindery", charset="UTF-8"');
  }
  return answerOAuthError(error, request, reply);
}

async function answerTokenRequest(deps: OAuthDeps, request: FastifyRequest): Promise<TokenAnswer> {
  const parameters = readParameters(request);
  const now = deps.context.now();
  const presented = presentedCredentials(headerValues(request, 'authorization'), parameters);
  const result = await authenticateClient(presented ?? nobody, {
    reader: deps.reader,
    pepper: deps.context.keys.pepper,
    now,
  });
  const origin = originOf(request);
  if (result.failure !== undefined) {
    const reason = presented === undefined ? 'no_credentials' : result.failure;
    await keep(deps, refusal(now, result.client, reason, origin));
    throw new OAuthError('invalid_client', 'client authentication failed');
  }
  const decision = {
    at: now,
    clientId: result.client.clientId,
    organizationId: result.client.organizationId,
    secretId: result.secretId,
    origin,
  };
  try {
    return await grant(deps, parameters, result.client, decision);
  } catch (error) {
    if (error instanceof OAuthError && error.code !== 'temporarily_unavailable') {
      await keep(deps, { ...decision, outcome: 'refused', reason: error.code });
    }
    throw error;
  }
}

async function grant(
  deps: OAuthDeps,
  parameters: Parameters,
  client: ClientCredentials,
  decision: Omit<Extract<Decision, { clientId: string }>, 'outcome'>,
): Promise<TokenAnswer> {
  const { config } = deps.context;
  const grantType = requireGrant(parameters, client);
  const resource = parameters.get('resource');
  if (resource !== undefined && resource !== config.audience) {
    // RFC 8707 §2
    throw new OAuthError('invalid_target', `the only resource is ${config.audience}`);
  }
  const subject = clientCredentialsGrant(client, parameters, {
    issuer: config.publicUrl,
    audience: config.audience,
    scopes: config.scopes,
  });
  const claims = newClaims(subject, config.accessTokenLifetimeSeconds, decision.at);
  const details = { grant_type: grantType, scope: claims.scope, token_id: claims.jti, secret_id: decision.secretId };
  const [accessToken] = await Promise.all([
    signAccessToken(claims, await deps.keyRing.signer()),
    keep(deps, { ...decision, outcome: 'issued', details }),
  ]);
  return {
    token_type: 'Bearer',
    expires_in: config.accessTokenLifetimeSeconds,
    access_token: accessToken,
    scope: claims.scope,
  };
}

function requireGrant(parameters: Parameters, client: ClientCredentials): string {
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) {
    throw new OAuthError('invalid_request', 'grant_type is missing');
  }
  if (grantType !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'the grant types are: client_credentials');
  }
  if (!client.grants.includes(grantType)) {
    throw new OAuthError('unauthorized_client', 'this client may not use this grant type');
  }
  return grantType;
}

/** Keeps a decision before its answer leaves; without it nothing leaves. */
async function keep(deps: OAuthDeps, decision: Decision): Promise<void> {
  try {
    await deps.decisions.record(decision);
  } catch (cause) {
    throw new OAuthError('temporarily_unavailable', 'the server cannot answer now; try again in a few seconds', {
      cause,
    });
  }
}

function refusal(
  at: number,
  client: ClientCredentials | undefined,
  reason: string,
  origin: Decision['origin'],
): Decision {
  return client === undefined
    ? { at, outcome: 'refused', reason, clientId: undefined, origin }
    : { at, outcome: 'refused', reason, clientId: client.clientId, organizationId: client.organizationId, origin };
}

/** What a request without readable credentials is checked as, so that it takes the same steps. */
const nobody = { clientId: '', clientSecret: '' };

function readParameters(request: FastifyRequest): Parameters {
  const mark = request.url.indexOf('?');
  return parseParameters({
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
    query: mark === -1 ? '' : request.url.slice(mark + 1),
    body: request.body instanceof Buffer ? request.body : Buffer.alloc(0),
  });
}

/** Every value of a header as it came: Node keeps only the first of some, silently. */
function headerValues(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function originOf(request: FastifyRequest): Decision['origin'] {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}
