import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import type { SignedIn } from '../actions/sessions.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { Role } from '../domain/member.ts';
import type { BodyOf, OperationName, QueryOf, ResponseOf } from './contract/index.ts';
import type { AdminDeps } from './deps.ts';

/** One admitted call of an operation: the caller, the organization and the input. */
export interface Call<Name extends OperationName> {
  readonly deps: AdminDeps;
  readonly context: ActionContext;
  readonly actor: Actor;
  /** Throws for a public operation, which has no session. */
  readonly signedIn: SignedIn;
  /** The organization in the path. The caller is a member of it, except in operations for operators. */
  readonly organizationId: string;
  readonly role: Role | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: QueryOf<Name>;
  readonly body: BodyOf<Name>;
  /** The version in `If-Match`, for a conditional operation. */
  readonly version: number;
  /** Refuses when the password was entered too long ago, for operations that need it only sometimes. */
  requireRecent(): void;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Carries out an operation; the router has already enforced the contract. */
export type Handler<Name extends OperationName> = (call: Call<Name>) => Promise<ResponseOf<Name>>;

/** One handler for each of the named operations. */
export type Handlers<Names extends OperationName> = { readonly [Name in Names]: Handler<Name> };

/** Sets the `ETag` that a later `If-Match` refers to. */
export function setEtag(reply: FastifyReply, version: number): void {
  reply.header('etag', `"${version}"`);
}
