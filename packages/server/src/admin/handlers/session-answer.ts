import type { ConsoleSession } from '../../domain/console-session.ts';
import { rememberDevice } from '../../domain/known-device.ts';
import { sessionAbsoluteMilliseconds, sessionRecentMilliseconds, wrongPasswordsToldFrom } from '../../domain/limits.ts';
import type { User } from '../../domain/user.ts';
import { readDeviceCookie, setDeviceCookie, setSessionCookie } from '../../http/session-cookie.ts';
import { listMemberships } from '../../store/users.ts';
import type { Call } from '../call.ts';
import type { OperationName, ResponseOf } from '../contract/index.ts';
import { toTimestamp, toTimestampOrNull } from './wire.ts';

type AnyCall = Call<OperationName>;

/** Sets the cookie of a new session and the one that remembers the browser, and describes the session. */
export async function startedSession(
  call: AnyCall,
  user: User,
  token: string,
  wrongPasswords: ConsoleSession['wrongPasswords'] = null,
): Promise<ResponseOf<'signIn'>> {
  const { config, keys, now: clock } = call.context;
  const now = clock();
  setSessionCookie(config, call.reply, token);
  const marks = readDeviceCookie(config, call.request);
  setDeviceCookie(config, call.reply, rememberDevice(marks, user.id, keys.deviceTag, now));
  return describeSession(call, user, { recentAt: now, expiresAt: now + sessionAbsoluteMilliseconds, wrongPasswords });
}

/** The signed-in user, their organizations, and how long the session lasts. */
export async function describeSession(
  { context }: Pick<AnyCall, 'context'>,
  user: User,
  session: Pick<ConsoleSession, 'recentAt' | 'expiresAt' | 'wrongPasswords'>,
): Promise<ResponseOf<'signIn'>> {
  const memberships = await listMemberships(context.database.queries, user.id);
  return {
    user: {
      id: user.id,
      email: user.email,
      name: user.name,
      isOperator: user.isOperator,
      addressDetachedAt: toTimestampOrNull(user.addressDetachedAt),
      locale: user.locale,
      theme: user.theme,
    },
    organizations: memberships.map(({ organizationId, name, role }) => ({ id: organizationId, name, role })),
    recentUntil: toTimestamp(session.recentAt + sessionRecentMilliseconds),
    expiresAt: toTimestamp(session.expiresAt),
    wrongPasswords:
      session.wrongPasswords === null || session.wrongPasswords.count < wrongPasswordsToldFrom
        ? null
        : { count: session.wrongPasswords.count, since: toTimestamp(session.wrongPasswords.since) },
  };
}
