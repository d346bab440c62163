import type { FastifyRequest } from 'fastify';
import type { ActionContext } from '../actions/context.ts';
import { readSession, type SignedIn } from '../actions/sessions.ts';
import type { Actor } from '../domain/audit-entry.ts';
import { sessionRecentMilliseconds } from '../domain/limits.ts';
import type { Role } from '../domain/member.ts';
import { ApiError } from '../errors.ts';
import { readSessionCookie } from '../http/session-cookie.ts';
import { OrganizationMembers } from '../store/members.ts';
import type { Operation } from './contract/operation.ts';

/** The header that a page of ours sends and a form of another site cannot. */
export const requestHeader = 'x-bindery-request';

/** Refuses a changing request that another site may have sent: the session cookie alone proves nothing. */
export function refuseForeignSite(request: FastifyRequest, publicUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') {
    return;
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOurs = origin === undefined ? site === 'same-origin' : origin === new URL(publicUrl).origin;
  const isSameSite = site === undefined || site === 'same-origin';
  if (!isOurs || !isSameSite || request.headers[requestHeader] === undefined) {
    throw new ApiError('forbidden', `the request did not come from a page of ${publicUrl}`);
  }
}

/** The caller's session, when it has one that still lives. */
export async function findSession(context: ActionContext, request: FastifyRequest): Promise<SignedIn | undefined> {
  const token = readSessionCookie(context.config, request);
  return token === undefined ? undefined : readSession(context, token);
}

/** The caller's session, or `unauthenticated`. */
export async function requireSession(context: ActionContext, request: FastifyRequest): Promise<SignedIn> {
  const signedIn = await findSession(context, request);
  if (signedIn === undefined) {
    throw new ApiError('unauthenticated', 'nobody is signed in, or the session has ended');
  }
  return signedIn;
}

/** The caller's role in the organization of the path. What it is no member of does not exist for it. */
export async function requireRole(
  context: ActionContext,
  operation: Operation,
  signedIn: SignedIn,
  organizationId: string | undefined,
): Promise<Role | undefined> {
  if (operation.caller === 'operator') {
    if (!signedIn.user.isOperator) {
      throw new ApiError('forbidden', 'this is for operators of the instance');
    }
    return undefined;
  }
  if (organizationId === undefined) {
    return undefined;
  }
  const member = await new OrganizationMembers(context.database.queries, organizationId).find(signedIn.user.id);
  if (member === undefined) {
    throw new ApiError('not_found', 'there is no such organization');
  }
  if (operation.caller === 'owner' && member.role !== 'owner') {
    throw new ApiError('forbidden', 'only an owner of the organization may do this');
  }
  return member.role;
}

/** Asks for the password again when that was too long ago. */
export function requireRecent(context: ActionContext, { session }: SignedIn): void {
  if (session.recentAt + sessionRecentMilliseconds <= context.now()) {
    throw new ApiError('reauthentication_required', 'give your password again, then repeat the request');
  }
}

/** Who acts, as the audit trail keeps it. */
export function actorOf(request: FastifyRequest, userId: string | null): Actor {
  return {
    type: 'user',
    id: userId,
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
  };
}
