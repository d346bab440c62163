import { changeOwnPassword, updateAccount } from '../../actions/account.ts';
import { endSession } from '../../actions/sessions.ts';
import { sessionIdleMilliseconds } from '../../domain/limits.ts';
import { listSessions } from '../../store/console-sessions.ts';
import type { Handlers } from '../call.ts';
import type { accountOperations } from '../contract/account.ts';
import { asApiErrors, checkPassword } from './password.ts';
import { describeSession } from './session-answer.ts';
import { toTimestamp } from './wire.ts';

/** What users change about their own account. */
export const accountHandlers: Handlers<keyof typeof accountOperations> = {
  async updateAccount(call) {
    const { name, locale, theme } = call.body;
    const changed = await updateAccount(call.context, call.actor, call.signedIn.user, {
      ...(name === undefined ? {} : { name }),
      ...(locale === undefined ? {} : { locale }),
      ...(theme === undefined ? {} : { theme }),
    });
    return describeSession(call, changed, call.signedIn.session);
  },

  async changePassword(call) {
    const { currentPassword, newPassword } = call.body;
    // As it is after the check, which may renew the hash.
    const user = await checkPassword(call, call.signedIn.user.email, currentPassword);
    const { session } = call.signedIn;
    await asApiErrors(() =>
      changeOwnPassword(call.context, call.actor, { user, session }, { newPassword, hasher: call.deps.hasher }),
    );
  },

  async listSessions({ context, signedIn }) {
    const now = context.now();
    const sessions = await listSessions(context.database.queries, signedIn.user.id, now, now - sessionIdleMilliseconds);
    return {
      items: sessions.map((session) => ({
        id: session.id,
        createdAt: toTimestamp(session.createdAt),
        lastUsedAt: toTimestamp(session.lastUsedAt),
        address: session.address,
        userAgent: session.userAgent,
        isCurrent: session.id === signedIn.session.id,
      })),
    };
  },

  async endSession({ context, actor, signedIn, parameters }) {
    await endSession(context, actor, signedIn.user.id, parameters['sessionId'] ?? '');
  },
};
