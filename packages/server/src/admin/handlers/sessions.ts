import { readBranding } from '../../actions/branding.ts';
import { acceptInvitation, readInvitation, resetPassword } from '../../actions/invitations.ts';
import { changeOwnPassword, endSession, startSession } from '../../actions/sessions.ts';
import { setUp } from '../../actions/setup.ts';
import { removeSetupToken } from '../../data-folder/setup-token-file.ts';
import {
  sessionAbsoluteMilliseconds,
  sessionIdleMilliseconds,
  sessionRecentMilliseconds,
} from '../../domain/limits.ts';
import { PasswordQueueFullError } from '../../domain/password.ts';
import { ApiError, OAuthError } from '../../errors.ts';
import { networkOf } from '../../http/network.ts';
import { clearSessionCookie, setSessionCookie, signInProblemOf } from '../../http/session-cookie.ts';
import { insertAuditEntry } from '../../store/audit.ts';
import { listSessions, touchSession } from '../../store/console-sessions.ts';
import {
  findUserByEmail,
  isKnownNetwork,
  listMemberships,
  rememberNetwork,
  type User,
  updateUser,
} from '../../store/users.ts';
import { version } from '../../version.ts';
import type { Call, Handlers } from '../call.ts';
import type { OperationName, ResponseOf } from '../contract/index.ts';
import type { sessionOperations } from '../contract/sessions.ts';
import type { AdminDeps } from '../deps.ts';
import { findSession } from '../gate.ts';
import { toTimestamp } from './wire.ts';

type AnyCall = Call<OperationName>;

/** Signing in and out, and what a user does with its own account. */
export const sessionHandlers: Handlers<keyof typeof sessionOperations> = {
  async getInstance({ context }) {
    const { config } = context;
    const branding = await readBranding(context);
    return {
      productName: branding.productName,
      color: branding.color,
      hasLogo: branding.logo !== null,
      contact: branding.contact,
      version,
      issuer: config.publicUrl,
      tokenUrl: config.publicUrl + config.tokenPaths[0],
      apiUrl: config.apiUrl,
      tenantHeader: config.tenantHeaders[0] ?? '',
      scope: config.scopes[0] ?? '',
      docsUrl: `${config.publicUrl}/docs`,
      signInProblem: signInProblemOf(config),
    };
  },

  async setUp(call) {
    refuseOverPlainHttp(call);
    const { sessionToken, user } = await hashing(() =>
      setUp(call.context, call.actor, { ...call.body, hasher: call.deps.hasher }),
    );
    removeSetupToken(call.context.config.dataDir);
    return answerSession(call, user, sessionToken);
  },

  async signIn(call) {
    refuseOverPlainHttp(call);
    const startedAt = call.context.now();
    const user = await checkPassword(call, call.body.email.toLowerCase(), call.body.password);
    const { token } = await call.context.database.transaction((queries) =>
      startSession(call.context, queries, call.actor, user, startedAt),
    );
    return answerSession(call, user, token);
  },

  // No 401: a browser reports that as an error, and to find out is no mistake.
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
    const { organization, email, role, user, expiresAt } = await readInvitation(context, body.token);
    return {
      email,
      organizationName: organization.name,
      role,
      hasUser: user !== undefined,
      expiresAt: toTimestamp(expiresAt),
    };
  },

  async acceptInvitation(call) {
    refuseOverPlainHttp(call);
    const { email } = await readInvitation(call.context, call.body.token);
    const network = networkOf(call.actor.address);
    await limited(() => call.deps.limits.countPassword(email, network, false));
    const { user, sessionToken } = await hashing(() =>
      acceptInvitation(call.context, call.actor, {
        token: call.body.token,
        password: call.body.password,
        name: call.body.name,
        hasher: call.deps.hasher,
      }),
    );
    await call.deps.limits.forgivePassword(email, network, false);
    return answerSession(call, user, sessionToken);
  },

  async resetPassword({ context, actor, body, deps }) {
    await hashing(() => resetPassword(context, actor, { ...body, hasher: deps.hasher }));
  },

  async updateAccount(call) {
    const { name, locale, theme } = call.body;
    const changed = await updateUser(
      call.context.database.queries,
      call.signedIn.user,
      {
        ...(name === undefined ? {} : { name }),
        ...(locale === undefined ? {} : { locale }),
        ...(theme === undefined ? {} : { theme }),
      },
      call.context.now(),
    );
    if (changed === undefined) {
      throw new ApiError('conflict', 'your account was changed at the same moment; try again');
    }
    return describeSession(call, changed, call.signedIn.session);
  },

  async changePassword(call) {
    const { currentPassword, newPassword } = call.body;
    await checkPassword(call, call.signedIn.user.email, currentPassword);
    await hashing(() =>
      changeOwnPassword(call.context, call.actor, call.signedIn, { newPassword, hasher: call.deps.hasher }),
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

function refuseOverPlainHttp({ context }: Pick<AnyCall, 'context'>): void {
  const problem = signInProblemOf(context.config);
  if (problem !== null) {
    throw new ApiError('forbidden', problem);
  }
}

/** The user with this address and password; every other outcome answers the same, at the cost of one hash. */
async function checkPassword(
  { context, deps, actor }: Pick<AnyCall, 'context' | 'deps' | 'actor'>,
  email: string,
  password: string,
): Promise<User> {
  const { queries } = context.database;
  const network = networkOf(actor.address);
  const isKnown = await isKnownNetwork(queries, email, network);
  await limited(() => deps.limits.countPassword(email, network, isKnown));
  const user = await findUserByEmail(queries, email);
  const isRight = await hashing(() => deps.hasher.verify(password, user?.passwordHash ?? null));
  if (user === undefined || !isRight || user.state !== 'active') {
    await keepRefusal({ context, deps, actor }, user, isRight);
    throw new ApiError('invalid_input', 'the e-mail address or the password is wrong');
  }
  await deps.limits.forgivePassword(email, network, isKnown);
  await rememberNetwork(queries, user.id, network, context.now());
  return user;
}

async function keepRefusal(
  { context, deps, actor }: { context: AnyCall['context']; deps: AdminDeps; actor: AnyCall['actor'] },
  user: User | undefined,
  isRight: boolean,
): Promise<void> {
  if (user === undefined) {
    await deps.countUnknownSignIn(actor);
    return;
  }
  await insertAuditEntry(context.database.queries, {
    at: context.now(),
    actor: { ...actor, id: user.id },
    organizationId: null,
    action: 'session.start',
    target: { type: 'user', id: user.id },
    outcome: 'refused',
    reason: isRight ? 'user_disabled' : 'wrong_password',
  });
}

async function answerSession(call: AnyCall, user: User, token: string): Promise<ResponseOf<'signIn'>> {
  setSessionCookie(call.context.config, call.reply, token);
  const now = call.context.now();
  return describeSession(call, user, { recentAt: now, expiresAt: now + sessionAbsoluteMilliseconds });
}

async function describeSession(
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

/** The limits speak the language of the token endpoint; here they speak ours. */
async function limited(count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    if (error instanceof OAuthError && error.retryAfterSeconds !== undefined) {
      throw new ApiError('too_many_requests', error.message, { retryAfterSeconds: error.retryAfterSeconds });
    }
    throw error;
  }
}

async function hashing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PasswordQueueFullError) {
      throw new ApiError('unavailable', 'too many passwords are being checked; try again', { cause });
    }
    throw cause;
  }
}
