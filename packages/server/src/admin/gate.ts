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

/** A header that our pages send and that a form on another site cannot. */
export const requestHeader = 'x-bindery-request';

/** Refuses changes that another site may have sent: the session cookie alone proves nothing. */
export function refuseForeignSite(request: FastifyRequest, publicUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') {
    return;
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOurs = origin === undefined ? site === 'same-origin' : origin === new URL(publicUrl).origin;
  const isSameSite = site === undefined || site === 'same-origin';
  if (!isOurs || !isSameSite || request.headers[requestHeader] === undefined) {
    throw new ApiError('forbidden', `the request did not come from ${publicUrl}`, {
      refusal: { reason: 'foreign_site' },
    });
  }
}

/** The caller's session, unless there is none or it has ended. */
export async function findSession(context: ActionContext, request: FastifyRequest): Promise<SignedIn | undefined> {
  const token = readSessionCookie(context.config, request);
  return token === undefined ? undefined : readSession(context, token);
}

/** The caller's session, or `unauthenticated`. */
export async function requireSession(context: ActionContext, request: FastifyRequest): Promise<SignedIn> {
  const signedIn = await findSession(context, request);
  if (signedIn === undefined) {
    throw new ApiError('unauthenticated', 'not signed in, or the session has ended');
  }
  return signedIn;
}

/** The caller's role in the organization of the path. To anyone who is not a member, it does not exist. */
export async function requireRole(
  context: ActionContext,
  operation: Operation,
  signedIn: SignedIn,
  organizationId: string | undefined,
): Promise<Role | undefined> {
  const userId = signedIn.user.id;
  if (operation.caller === 'operator') {
    if (!signedIn.user.isOperator) {
      throw new ApiError('forbidden', 'only operators of this instance can do this', {
        refusal: { reason: 'not_operator', userId },
      });
    }
    return undefined;
  }
  if (organizationId === undefined) {
    return undefined;
  }
  const member = await new OrganizationMembers(context.database.queries, organizationId).find(userId);
  if (member === undefined) {
    throw new ApiError('not_found', 'organization not found', { refusal: { reason: 'not_a_member', userId } });
  }
  if (operation.caller === 'owner' && member.role !== 'owner') {
    throw new ApiError('forbidden', 'only owners of the organization can do this', {
      refusal: { reason: 'not_owner', userId, organizationId },
    });
  }
  return member.role;
}

/** Refuses when the password was entered too long ago. */
export function requireRecent(
  context: ActionContext,
  { session, user }: SignedIn,
  organizationId: string | null,
): void {
  if (session.recentAt + sessionRecentMilliseconds <= context.now()) {
    throw new ApiError('reauthentication_required', 'confirm your password, then repeat the request', {
      refusal: { reason: 'reauthentication_required', userId: user.id, organizationId },
    });
  }
}

/** The caller as the audit log records it. */
export function actorOf(request: FastifyRequest, userId: string | null): Actor {
  return {
    type: 'user',
    id: userId,
    address: request.callerAddress,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
  };
}
