import type { FastifyRequest } from 'fastify';
import type { AccessTokenSubject } from '../../domain/access-token.ts';
import type { Change } from '../../store/token-decisions.ts';
import type { AuthenticatedClient } from '../authenticate-request.ts';
import type { OAuthDeps } from '../deps.ts';
import type { Parameters } from '../parameters.ts';

/** A token request of an authenticated client that may use the grant. */
export interface GrantRequest extends AuthenticatedClient {
  readonly parameters: Parameters;
  readonly request: FastifyRequest;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What a grant decided; the endpoint itself signs the access token. */
export interface Granted {
  readonly subject: AccessTokenSubject;
  readonly refreshToken?: NewRefreshToken;
  /** For the audit log. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refresh token, sent only after it was stored in one transaction with its audit entry. */
export interface NewRefreshToken {
  /** Stores the token and returns it; undefined if another request was faster. */
  readonly store: Change<string>;
  /** Returns the token of the faster request, or throws the refusal. */
  readonly ifRaceLost: () => Promise<string>;
}

/** One grant type: decides, or throws an `OAuthError` (RFC 6749 §5.2). */
export type Grant = (deps: OAuthDeps, request: GrantRequest) => Promise<Granted>;

/** The true reason for a refusal, which only the audit log is told. */
export class GrantRefusal extends Error {
  override readonly name = 'GrantRefusal';
}
