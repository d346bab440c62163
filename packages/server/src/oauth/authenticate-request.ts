import type { FastifyReply, FastifyRequest } from 'fastify';
import { equalHashes, hashClientSecret } from '../domain/client-secret.ts';
import { OAuthError } from '../errors.ts';
import { answerOAuthError } from '../http/error-response.ts';
import { networkOf } from '../http/network.ts';
import type { Decision, KnownDecision } from '../live/decision-log.ts';
import { type ApiCredential, findApiCredential } from '../store/api-credentials.ts';
import type { ClientCredentials } from '../store/client-credentials.ts';
import type { Change } from '../store/token-decisions.ts';
import { authenticateClient, type PresentedCredentials, presentedCredentials } from './client-authentication.ts';
import type { OAuthDeps } from './deps.ts';
import { type Parameters, parseParameters } from './parameters.ts';

/** Who is asking, once the credentials were found right. */
export interface AuthenticatedClient {
  readonly client: ClientCredentials;
  readonly secretId: string;
}

/** What an OAuth endpoint does, as the audit trail calls it. */
export type OAuthAction = 'token.issue' | 'token.introspect' | 'token.revoke';

/** Lets a client in, or keeps the refusal and throws: `invalid_client`, or `too_many_requests` to who guesses. */
export async function authenticateRequest(
  deps: OAuthDeps,
  request: FastifyRequest,
  parameters: Parameters,
  action: OAuthAction,
): Promise<AuthenticatedClient> {
  const presented = presentedCredentials(headerValues(request, 'authorization'), parameters);
  const now = deps.context.now();
  const result = await authenticateClient(presented ?? nobody, {
    reader: deps.reader,
    pepper: deps.context.keys.pepper,
    now,
  });
  if (result.failure === undefined) {
    return { client: result.client, secretId: result.secretId };
  }
  const reason = presented === undefined ? 'no_credentials' : result.failure;
  throw await refuse(deps, request, { presented, client: result.client, reason, action });
}

/** As `authenticateRequest`, for the endpoints that APIs may use too. */
export async function authenticateClientOrApi(
  deps: OAuthDeps,
  request: FastifyRequest,
  parameters: Parameters,
  action: OAuthAction,
): Promise<AuthenticatedClient | { readonly api: ApiCredential }> {
  const presented = presentedCredentials(headerValues(request, 'authorization'), parameters);
  if (presented?.clientId.startsWith('api_') !== true) {
    return authenticateRequest(deps, request, parameters, action);
  }
  const hash = hashClientSecret(presented.clientSecret, deps.context.keys.pepper);
  const api = await findApiCredential(deps.context.database.queries, presented.clientId);
  if (api !== undefined && equalHashes(api.secretHash, hash)) {
    return { api };
  }
  throw await refuse(deps, request, { presented, client: undefined, reason: 'wrong_api_credential', action });
}

/** Keeps a decision before its answer leaves; without it nothing leaves. */
export async function keep(deps: OAuthDeps, decision: Decision): Promise<void> {
  await deps.decisions.record(decision).catch(refuseUnkept);
}

/** Makes a change together with its decision, or neither; undefined when there was nothing to change any more. */
export function keepChange<Result>(
  deps: OAuthDeps,
  decision: KnownDecision,
  change: Change<Result>,
  options: { readonly isUnseen: boolean },
): Promise<Result | undefined> {
  return deps.decisions.recordChange(decision, change, options).catch(refuseUnkept);
}

function refuseUnkept(cause: unknown): never {
  throw new OAuthError('temporarily_unavailable', 'the server cannot answer now; try again in a few seconds', {
    cause,
  });
}

/** The parameters of a request, from its body. */
export function readParameters(request: FastifyRequest): Parameters {
  const mark = request.url.indexOf('?');
  return parseParameters({
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
    query: mark === -1 ? '' : request.url.slice(mark + 1),
    body: request.body instanceof Buffer ? request.body : Buffer.alloc(0),
  });
}

/** Where a request comes from, as the audit trail keeps it. */
export function originOf(request: FastifyRequest): Decision['origin'] {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}

/** RFC 6749 §5.2: the challenge only where the Authorization header was tried. */
export function answerAuthenticationError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OAuthError && error.code === 'invalid_client' && request.headers.authorization !== undefined) {
    reply.header('www-authenticate', 'Basic realm="bindery", charset="UTF-8"');
  }
  return answerOAuthError(error, request, reply);
}

interface Refusal {
  readonly presented: PresentedCredentials | undefined;
  readonly client: ClientCredentials | undefined;
  readonly reason: string;
  readonly action: OAuthAction;
}

async function refuse(deps: OAuthDeps, request: FastifyRequest, refusal: Refusal): Promise<OAuthError> {
  const origin = originOf(request);
  const limited = await deps.limits
    .countWrongSecret(refusal.presented?.clientId ?? '', networkOf(origin.address))
    .then(() => undefined, asRefusal);
  await keep(deps, {
    ...decisionAbout(refusal.client),
    at: deps.context.now(),
    action: refusal.action,
    outcome: 'refused',
    reason: limited === undefined ? refusal.reason : 'too_many_attempts',
    origin,
  });
  return limited ?? new OAuthError('invalid_client', 'client authentication failed');
}

function asRefusal(error: unknown): OAuthError {
  if (error instanceof OAuthError) {
    return error;
  }
  throw error;
}

function decisionAbout(client: ClientCredentials | undefined) {
  return client === undefined
    ? ({ clientId: undefined } as const)
    : { clientId: client.clientId, organizationId: client.organizationId };
}

/** What a request without readable credentials is checked as, so that it takes the same steps. */
const nobody: PresentedCredentials = { clientId: '', clientSecret: '' };

/** Every value of a header as it came: Node keeps only the first of some, silently. */
function headerValues(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
