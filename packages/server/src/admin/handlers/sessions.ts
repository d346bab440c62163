import { acceptAsUser, acceptWithNewAccount, readInvitation } from '../../actions/accept-invitation.ts';
import { resetPassword } from '../../actions/password-reset.ts';
import { endSession, startSession } from '../../actions/sessions.ts';
import { sessionRecentMilliseconds } from '../../domain/limits.ts';
import { networkOf } from '../../domain/network.ts';
import { clearSessionCookie } from '../../http/session-cookie.ts';
import { touchSession } from '../../store/console-sessions.ts';
import type { Handlers } from '../call.ts';
import type { sessionOperations } from '../contract/sessions.ts';
import { findSession } from '../gate.ts';
import { asApiErrors, checkPassword, refuseOverPlainHttp } from './password.ts';
import { describeSession, startedSession } from './session-answer.ts';
import { toTimestamp } from './wire.ts';

/** Signing in and out, by password or with a one-time link. */
export const sessionHandlers: Handlers<keyof typeof sessionOperations> = {
  async signIn(call) {
    refuseOverPlainHttp(call);
    const startedAt = call.context.now();
    const user = await checkPassword(call, call.body.email, call.body.password);
    const { token, session } = await call.context.database.transaction((queries) =>
      startSession(call.context, queries, call.actor, user, startedAt),
    );
    return startedSession(call, user, token, session.wrongPasswords);
  },

  // Not 401: browsers log that as an error, and asking is not a mistake.
  async getSession(call) {
    const signedIn = await findSession(call.context, call.request);
    return signedIn === undefined ? null : describeSession(call, signedIn.user, signedIn.session);
  },

  async signOut(call) {
    const { session, user } = call.signedIn;
    await endSession(call.context, call.actor, user.id, session.id);
    clearSessionCookie(call.context.config, call.reply);
  },

  async reauthenticate(call) {
    const { session, user } = call.signedIn;
    await checkPassword(call, user.email, call.body.password);
    const now = call.context.now();
    await touchSession(call.context.database.queries, session.id, { lastUsedAt: now, recentAt: now });
    return { recentUntil: toTimestamp(now + sessionRecentMilliseconds) };
  },

  async lookUpInvitation({ context, body }) {
    const { organization, email, role, expiresAt } = await readInvitation(context, body.token);
    return { email, organizationName: organization?.name ?? null, role, expiresAt: toTimestamp(expiresAt) };
  },

  async acceptInvitation(call) {
    refuseOverPlainHttp(call);
    const { user, sessionToken } = await asApiErrors(() =>
      acceptWithNewAccount(call.context, call.actor, {
        token: call.body.token,
        password: call.body.password,
        name: call.body.name,
        network: networkOf(call.actor.address),
        hasher: call.deps.hasher,
        limits: call.deps.limits,
      }),
    );
    return startedSession(call, user, sessionToken);
  },

  async acceptInvitationSignedIn(call) {
    const { user, session } = call.signedIn;
    const changed = await acceptAsUser(call.context, call.actor, { token: call.body.token, userId: user.id });
    return describeSession(call, changed, session);
  },

  async resetPassword({ context, actor, body, deps }) {
    await asApiErrors(() => resetPassword(context, actor, { ...body, hasher: deps.hasher }));
  },
};
