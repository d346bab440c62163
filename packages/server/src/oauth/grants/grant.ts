import type { FastifyRequest } from 'fastify';
import type { AccessTokenSubject } from '../../domain/access-token.ts';
import type { AuthenticatedClient } from '../authenticate-request.ts';
import type { OAuthDeps } from '../deps.ts';
import type { Parameters } from '../parameters.ts';

/** A request for a token whose client is known and may use the grant. */
export interface GrantRequest extends AuthenticatedClient {
  readonly parameters: Parameters;
  readonly request: FastifyRequest;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What a grant came to; the token itself is signed by the endpoint. */
export interface Granted {
  readonly subject: AccessTokenSubject;
  readonly refreshToken?: string;
  /** For the audit trail. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One grant type: decides, or throws an `OAuthError` (RFC 6749 §5.2). */
export type Grant = (deps: OAuthDeps, request: GrantRequest) => Promise<Granted>;

/** A refusal with its true reason, which only the audit trail is told. */
export class GrantRefusal extends Error {
  override readonly name = 'GrantRefusal';
}
