import type { FastifyRequest } from 'fastify';
import type { AccessTokenSubject } from '../../domain/access-token.ts';
import type { Change } from '../../store/token-decisions.ts';
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
  readonly refreshToken?: NewRefreshToken;
  /** For the audit trail. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refresh token that is given out once the store has it, in one transaction with the entry of the trail. */
export interface NewRefreshToken {
  /** Puts it into the store and answers it; undefined when another request was quicker. */
  readonly make: Change<string>;
  /** Answers the token when another request was quicker, or throws the refusal. */
  readonly whenLost: () => Promise<string>;
}

/** One grant type: decides, or throws an `OAuthError` (RFC 6749 §5.2). */
export type Grant = (deps: OAuthDeps, request: GrantRequest) => Promise<Granted>;

/** A refusal with its true reason, which only the audit trail is told. */
export class GrantRefusal extends Error {
  override readonly name = 'GrantRefusal';
}
