import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import type { SignedIn } from '../actions/sessions.ts';
import type { Actor } from '../domain/audit-entry.ts';
import type { Role } from '../domain/member.ts';
import type { BodyOf, OperationName, QueryOf, ResponseOf } from './contract/index.ts';
import type { AdminDeps } from './deps.ts';

/** One call of an operation that was let through: who calls, in which organization, with what. */
export interface Call<Name extends OperationName> {
  readonly deps: AdminDeps;
  readonly context: ActionContext;
  readonly actor: Actor;
  /** Throws for a public operation, which has none. */
  readonly signedIn: SignedIn;
  /** The organization in the path, which the caller is a member of; for an operator's operation, any. */
  readonly organizationId: string;
  readonly role: Role | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: QueryOf<Name>;
  readonly body: BodyOf<Name>;
  /** What `If-Match` names, for a conditional operation. */
  readonly version: number;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What an operation does; the router has checked everything that the contract says. */
export type Handler<Name extends OperationName> = (call: Call<Name>) => Promise<ResponseOf<Name>>;

/** A handler for each of some operations. */
export type Handlers<Names extends OperationName> = { readonly [Name in Names]: Handler<Name> };

/** Answers the state that a later `If-Match` names. */
export function setEtag(reply: FastifyReply, version: number): void {
  reply.header('etag', `"${version}"`);
}
