import { signIn } from '../../actions/sign-in.ts';
import { networkOf } from '../../domain/network.ts';
import { PasswordQueueFullError } from '../../domain/password.ts';
import { hashRefreshToken, newFamilyId, newRefreshToken } from '../../domain/refresh-token.ts';
import { grantScope } from '../../domain/scope.ts';
import type { User } from '../../domain/user.ts';
import { OAuthError } from '../../errors.ts';
import { insertRefreshFamily } from '../../store/refresh-families.ts';
import { isUserLive } from '../../store/token-state.ts';
import type { OAuthDeps } from '../deps.ts';
import { type Granted, GrantRefusal, type GrantRequest } from './grant.ts';

/** RFC 6749 §4.3: a user's email address and password for a token that acts for the user. Legacy: see RFC 9700 §2.4. */
export async function passwordGrant(deps: OAuthDeps, grant: GrantRequest): Promise<Granted> {
  const { client, parameters, now } = grant;
  const { config, keys } = deps.context;
  const username = parameters.get('username');
  const password = parameters.get('password');
  if (username === undefined || password === undefined) {
    throw new OAuthError('invalid_request', 'username and password are required');
  }
  const scope = grantScope(parameters.get('scope'), config.scopes);
  const user = await checkPassword(deps, grant, username, password);
  const familyId = newFamilyId();
  const refreshToken = newRefreshToken(familyId, keys.refreshTag);
  const family = {
    id: familyId,
    clientId: client.clientId,
    organizationId: client.organizationId,
    userId: user.id,
    scope,
    currentHash: hashRefreshToken(refreshToken),
    createdAt: now,
    idleExpiresAt: now + config.refreshTokenIdleLifetimeSeconds * 1000,
    lastUsedAddress: grant.request.callerAddress,
    absoluteExpiresAt: now + config.refreshTokenAbsoluteLifetimeSeconds * 1000,
  };
  return {
    subject: {
      issuer: config.publicUrl,
      audience: config.audience,
      subject: user.id,
      clientId: client.clientId,
      organizationId: client.organizationId,
      access: client.access,
      scope,
      sessionId: familyId,
    },
    refreshToken: {
      async store(queries) {
        await insertRefreshFamily(queries, family);
        return refreshToken;
      },
      // No other request creates a family with this id.
      ifRaceLost: async () => refreshToken,
    },
    details: { user_id: user.id },
  };
}

/** Every refusal costs one hash and gets the same response, whether or not the user exists. */
async function checkPassword(
  deps: OAuthDeps,
  { client, request, now }: GrantRequest,
  email: string,
  password: string,
): Promise<User> {
  const { context } = deps;
  const attempt = { email, password, network: networkOf(request.callerAddress) };
  const isAllowed = (user: User) => isUserLive(context.database.queries, user.id, client.organizationId, now);
  const { user, failure } = await signIn(context, deps, attempt, isAllowed).catch(asOAuthError);
  if (failure !== undefined) {
    throw new OAuthError('invalid_grant', 'the username or password is incorrect', {
      cause: new GrantRefusal(failure === 'not_allowed' ? 'user_not_allowed' : failure),
    });
  }
  return user;
}

function asOAuthError(error: unknown): never {
  if (error instanceof PasswordQueueFullError) {
    throw new OAuthError('temporarily_unavailable', 'too many password checks are in progress; try again', {
      cause: error,
    });
  }
  throw error;
}
