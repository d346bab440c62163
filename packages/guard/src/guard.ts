import { type Access, accessOfMethod, type Caller, isAccessEnough } from './caller.ts';
import { checkClaims, checkTimes } from './claims.ts';
import { type CutoffCheck, createCutoffCheck, newCutoffRecord } from './cutoff-check.ts';
import type { CutoffList } from './cutoff-list.ts';
import { GuardError, linkToExplanation } from './guard-error.ts';
import { bearerTokenOf, type GuardedRequest, rawHeadersOf, readHeaders } from './headers.ts';
import type { GuardKey } from './keys.ts';
import { type GuardOptions, type GuardPolicy, parseOptions } from './options.ts';
import { createProblemResponse, type ProblemOptions, type ProblemResponse } from './problem.ts';
import { parseAccess, type RouteOptions } from './route-options.ts';
import { verifySignature } from './signature.ts';
import { checkTenant } from './tenant.ts';
import { parseToken, tokenLengthMax } from './token.ts';
import { type CachedToken, createTokenCache, hashToken, type TokenCache } from './token-cache.ts';

/** Decides whether a request may reach your API. */
export interface Guard {
  /**
   * Verifies a request and returns who is calling: the access token of the Authorization header (RFC 6750 §2.1, RFC 9068
   * §4), then the tenant header, then the access. The body is not touched.
   *
   * Rejects with a `GuardError` and nothing else. Status 400, 401 and 403 are the caller's fault; 503 means that nothing
   * can be decided now, including a mistake in `request` or `route`, which is then the error's `cause`.
   */
  verify(request: GuardedRequest, route?: RouteOptions): Promise<Caller>;
  /**
   * The response to a refusal: problem details (RFC 9457) with the challenge of RFC 6750 §3. Anything but a `GuardError`
   * becomes a 503 that says nothing of its cause.
   */
  problem(error: unknown, options?: ProblemOptions): ProblemResponse;
  /** Stops fetching in the background. Optional for a server: it keeps no process alive. */
  close(): void;
}

/** What `verify` works with: the checked options, and what it remembers between requests. */
interface State extends GuardPolicy {
  readonly cache: TokenCache;
  readonly isCutOff: CutoffCheck;
}

/**
 * Makes a guard for the API `audience` and the tokens of `issuer` (RFC 9068 §4). Throws a TypeError when an option is
 * wrong or unknown, so that no API starts with a check left out. Nothing is fetched before the first request.
 */
export function createGuard(options: GuardOptions): Guard {
  const policy = parseOptions(options);
  const state = {
    ...policy,
    cache: createTokenCache(policy.cacheSize),
    isCutOff: createCutoffCheck(policy.issuer),
  };
  const explained = (error: unknown) => linkToExplanation(asGuardError(error), policy.errorsUrl);

  return {
    async verify(request, route) {
      try {
        const headers = readHeaders(rawHeadersOf(request), policy.tenantHeaders);
        const token = bearerTokenOf(headers.authorization);
        if (token === undefined) throw new GuardError('no_token', 'a bearer token is required');
        const identified = identify(token, state);
        const caller = identified instanceof Promise ? await identified : identified;
        checkTenant(headers, policy, caller.organizationId);
        checkAccess(caller.access, route?.access, request.method);
        return caller;
      } catch (error) {
        throw explained(error);
      }
    },
    problem: (error, problemOptions) => createProblemResponse(explained(error), policy.realm, problemOptions),
    close: () => policy.cutoffs?.close?.(),
  };
}

/** Whose token it is; a promise only when something has to be waited for, which a cached token avoids. */
function identify(token: string, state: State): Caller | Promise<Caller> {
  if (token.length > tokenLengthMax) {
    throw new GuardError('token_too_long', `the token is longer than ${tokenLengthMax} characters`);
  }
  const tokenHash = hashToken(token);
  const cached = state.cache.get(tokenHash);
  if (!cached) return verifyNew(token, tokenHash, state);
  const found = state.keys.find(cached.kid);
  const decide = (key: GuardKey | undefined): Caller | Promise<Caller> => {
    // When a key is withdrawn or replaced, the tokens that it verified are not trusted any longer.
    if (key?.key === cached.key) return checkCached(cached, tokenHash, state);
    state.cache.delete(tokenHash);
    return verifyNew(token, tokenHash, state);
  };
  return found instanceof Promise ? found.then(decide) : decide(found);
}

/** Checks what may have changed since a token was verified: the time, and the list of cut-offs. */
function checkCached(cached: CachedToken, tokenHash: string, state: State): Caller | Promise<Caller> {
  const { caller } = cached.claims;
  const now = state.now();
  if (now >= caller.expiresAt) state.cache.delete(tokenHash);
  checkTimes(cached.claims, state.clockToleranceSeconds, now);
  return checkCutoffs(cached, state)?.then(() => caller) ?? caller;
}

async function verifyNew(token: string, tokenHash: string, state: State): Promise<Caller> {
  const { header, claims: unverifiedClaims } = parseToken(token, state.algorithms);
  const key = await verifySignature(token, header, state.keys);
  const claims = checkClaims(unverifiedClaims, state, state.now());
  const verified = { claims, kid: key.kid, key: key.key, cutoffRecord: newCutoffRecord() };
  await checkCutoffs(verified, state);
  state.cache.set(tokenHash, verified);
  return claims.caller;
}

/** Refuses a token that was cut off after it was issued; a promise only when the list has to be waited for. */
function checkCutoffs(verified: CachedToken, { cutoffs, isCutOff }: State): Promise<void> | undefined {
  const refuse = (list: CutoffList): void => {
    if (!isCutOff(verified.cutoffRecord, list, verified.claims)) return;
    throw new GuardError('token_cut_off', 'the token has been revoked; request a new one');
  };
  const current = cutoffs?.current();
  if (current === undefined) return undefined;
  if (current instanceof Promise) return current.then(refuse);
  refuse(current);
  return undefined;
}

function checkAccess(given: Access, ofRoute: Access | undefined, method: string | undefined): void {
  // From plain JavaScript anything may come: whatever is not an access is a mistake of the API, and nobody gets in.
  const needed = ofRoute === undefined ? accessOfMethod(method ?? '') : parseAccess(ofRoute);
  if (isAccessEnough(given, needed)) return;
  throw new GuardError('access_insufficient', `this request needs ${needed} access; the token has ${given}`, {
    ...{ claim: 'access', reason: 'insufficient', expected: needed, found: given },
  });
}

/** Fails closed: an unexpected error refuses the request, and its text is not shown. */
function asGuardError(error: unknown): GuardError {
  if (error instanceof GuardError) return error;
  return new GuardError('guard_failed', 'the request cannot be verified at the moment', { cause: error });
}
