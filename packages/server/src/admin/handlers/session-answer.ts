import { sessionAbsoluteMilliseconds, sessionRecentMilliseconds } from '../../domain/limits.ts';
import type { User } from '../../domain/user.ts';
import { setSessionCookie } from '../../http/session-cookie.ts';
import { listMemberships } from '../../store/users.ts';
import type { Call } from '../call.ts';
import type { OperationName, ResponseOf } from '../contract/index.ts';
import { toTimestamp } from './wire.ts';

type AnyCall = Call<OperationName>;

/** Sets the cookie of a new session and describes it. */
export async function startedSession(call: AnyCall, user: User, token: string): Promise<ResponseOf<'signIn'>> {
  setSessionCookie(call.context.config, call.reply, token);
  const now = call.context.now();
  return describeSession(call, user, { recentAt: now, expiresAt: now + sessionAbsoluteMilliseconds });
}

/** The signed-in user, their organizations, and how long the session lasts. */
export async function describeSession(
  { context }: Pick<AnyCall, 'context'>,
  user: User,
  session: { readonly recentAt: number; readonly expiresAt: number },
): Promise<ResponseOf<'signIn'>> {
  const memberships = await listMemberships(context.database.queries, user.id);
  return {
    user: {
      id: user.id,
      email: user.email,
      name: user.name,
      isOperator: user.isOperator,
      locale: user.locale,
      theme: user.theme,
    },
    organizations: memberships.map(({ organizationId, name, role }) => ({ id: organizationId, name, role })),
    recentUntil: toTimestamp(session.recentAt + sessionRecentMilliseconds),
    expiresAt: toTimestamp(session.expiresAt),
  };
}
