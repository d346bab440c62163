import type { FastifyRequest } from 'fastify';
import type { ClientCredentials } from '../domain/api-client.ts';
import type { ApiCredential } from '../domain/api-credential.ts';
import { equalHashes, hashClientSecret } from '../domain/client-secret.ts';
import { networkOf } from '../domain/network.ts';
import { OAuthError } from '../errors.ts';
import { findApiCredential } from '../store/api-credentials.ts';
import { authenticateClient, type PresentedCredentials, presentedCredentials } from './client-authentication.ts';
import type { OAuthDeps } from './deps.ts';
import type { Parameters } from './parameters.ts';
import { recordDecision } from './record-decision.ts';
import { originOf } from './request-origin.ts';

/** A client whose credentials were verified. */
export interface AuthenticatedClient {
  readonly client: ClientCredentials;
  readonly secretId: string;
}

/** What an OAuth endpoint does, as the audit log calls it. */
export type OAuthAction = 'token.issue' | 'token.introspect' | 'token.revoke';

/**
 * Authenticates the client of a request. A refusal is recorded, then thrown: `invalid_client`, or `too_many_requests`
 * after too many failures.
 */
export async function authenticateRequest(
  deps: OAuthDeps,
  request: FastifyRequest,
  parameters: Parameters,
  action: OAuthAction,
): Promise<AuthenticatedClient> {
  const presented = presentedCredentials(headerValues(request, 'authorization'), parameters);
  const now = deps.context.now();
  const result = await authenticateClient(presented ?? nobody, {
    clients: deps.clients,
    pepper: deps.context.keys.pepper,
    now,
  });
  if (result.failure === undefined) {
    return { client: result.client, secretId: result.secretId };
  }
  const reason = presented === undefined ? 'no_credentials' : result.failure;
  throw await refuse(deps, request, { presented, client: result.client, reason, action });
}

/** As `authenticateRequest`, for endpoints that API credentials may use too. */
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

interface Refusal {
  readonly presented: PresentedCredentials | undefined;
  readonly client: ClientCredentials | undefined;
  /** For the audit log only. */
  readonly reason: string;
  readonly action: OAuthAction;
}

/** Counts and records a failed authentication; returns the error to throw. */
async function refuse(deps: OAuthDeps, request: FastifyRequest, refusal: Refusal): Promise<OAuthError> {
  const origin = originOf(request);
  const limited = await deps.limits
    .countWrongSecret(refusal.presented?.clientId ?? '', networkOf(origin.address))
    .then(() => undefined, asRefusal);
  await recordDecision(deps, {
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

/** Checked in place of missing credentials, so that such a request takes the same steps. */
const nobody: PresentedCredentials = { clientId: '', clientSecret: '' };

/** Every value of a header as it was sent: for some headers Node keeps only the first. */
function headerValues(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
