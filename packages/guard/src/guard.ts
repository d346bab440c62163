import { type Access, accessOfMethod, type Caller, isAccess, isAccessEnough } from './caller.ts';
import { checkClaims, checkTimes } from './claims.ts';
import { type CutoffList, isCutOff } from './cutoff-list.ts';
import { GuardError } from './guard-error.ts';
import { bearerTokenOf, rawHeadersOf, readHeaders } from './headers.ts';
import type { GuardKey } from './keys.ts';
import { type GuardOptions, type GuardPolicy, parseOptions } from './options.ts';
import { createProblemAnswer, type ProblemAnswer } from './problem.ts';
import { verifySignature } from './signature.ts';
import { checkTenant } from './tenant.ts';
import { parseToken, tokenLengthMax } from './token.ts';
import { type CachedToken, createTokenCache, hashToken, type TokenCache } from './token-cache.ts';

/** What of a request the guard looks at. */
export interface GuardedRequest {
  /** As sent, in capitals: names of methods are compared with case (RFC 9110 §9.1). */
  readonly method: string;
  /** The headers as sent, repetitions included: a flat list of names and values, as node's `rawHeaders`. */
  readonly headers: readonly string[];
}

/** What one route asks for. */
export interface CheckOptions {
  /** The access the route needs; by default the method tells: GET, HEAD and OPTIONS read, others write. */
  readonly access?: Access;
}

/** Stands before an API. */
export interface Guard {
  /**
   * Decides about a request: the token of the Authorization header (RFC 6750 §2.1) by the checks of RFC 9068 §4, then
   * the tenant header, then the access. Gives the caller, or rejects with a `GuardError` and nothing else: 400, 401 and
   * 403 are the caller's, 503 says that nothing can be decided now.
   */
  check(request: GuardedRequest, options?: CheckOptions): Promise<Caller>;
  /** The same for a Fetch API `Request`; its body is not touched. */
  verify(request: Request, options?: CheckOptions): Promise<Caller>;
  /**
   * The answer to a refusal as problem details (RFC 9457) with the challenge of RFC 6750 §3; `traceId` goes into the
   * body. Whatever is no `GuardError` is answered as 503, without its text.
   */
  answer(error: unknown, traceId?: string): ProblemAnswer;
  /** Ends what the guard does in the background; it keeps no process alive, so that a server need not call it. */
  close(): void;
}

/**
 * Makes a guard (RFC 9068 §4); throws a TypeError when the options are wrong, so that no API starts with a check left
 * out. Nothing is fetched before the first call.
 */
export function createGuard(options: GuardOptions): Guard {
  const policy = parseOptions(options);
  const cache = createTokenCache(policy.cacheSize);

  async function check(request: GuardedRequest, checkOptions?: CheckOptions): Promise<Caller> {
    try {
      const headers = readHeaders(request.headers, policy.tenantHeaders);
      const token = bearerTokenOf(headers.authorization);
      if (token === undefined) throw new GuardError('no_token', 'a bearer token is needed');
      const identified = identify(token, policy, cache);
      const caller = identified instanceof Promise ? await identified : identified;
      checkTenant(headers, policy, caller.organizationId);
      checkAccess(caller.access, checkOptions?.access ?? accessOfMethod(request.method));
      return caller;
    } catch (error) {
      throw asGuardError(error);
    }
  }

  return {
    check,
    async verify(request, checkOptions) {
      return check({ method: request.method, headers: rawHeadersOf(request.headers) }, checkOptions);
    },
    answer: (error, traceId) => createProblemAnswer(asGuardError(error), policy, traceId),
    close: () => policy.cutoffs?.close?.(),
  };
}

/** Whose token it is; a promise only where something has to be waited for, which a warm token spares. */
function identify(token: string, policy: GuardPolicy, cache: TokenCache): Caller | Promise<Caller> {
  if (token.length > tokenLengthMax) {
    throw new GuardError('token_too_long', `the token is longer than ${tokenLengthMax} characters`);
  }
  const tokenHash = hashToken(token);
  const cached = cache.get(tokenHash);
  if (!cached) return verifyAnew(token, tokenHash, policy, cache);
  const found = policy.keys.find(cached.kid);
  const decide = (key: GuardKey | undefined): Caller | Promise<Caller> => {
    // A key that was withdrawn or replaced takes its tokens along.
    if (key?.key === cached.key) return checkAgain(cached, tokenHash, policy, cache);
    cache.delete(tokenHash);
    return verifyAnew(token, tokenHash, policy, cache);
  };
  return found instanceof Promise ? found.then(decide) : decide(found);
}

/** What may have changed since a token was verified: the time, and what was cut off. */
function checkAgain(
  cached: CachedToken,
  tokenHash: string,
  policy: GuardPolicy,
  cache: TokenCache,
): Caller | Promise<Caller> {
  const { caller } = cached.claims;
  const now = policy.now();
  if (now >= caller.expiresAt) cache.delete(tokenHash);
  checkTimes(cached.claims, policy.clockToleranceSeconds, now);
  return checkCutoffs(cached, policy)?.then(() => caller) ?? caller;
}

async function verifyAnew(token: string, tokenHash: string, policy: GuardPolicy, cache: TokenCache): Promise<Caller> {
  const { header, claims: unverifiedClaims } = parseToken(token, policy.algorithms);
  const key = await verifySignature(token, header, policy.keys);
  const claims = checkClaims(unverifiedClaims, policy, policy.now());
  const verified = { claims, kid: key.kid, key: key.key, cutoffCheck: { hashes: undefined, passed: undefined } };
  await checkCutoffs(verified, policy);
  cache.set(tokenHash, verified);
  return claims.caller;
}

/** Refuses a token that was cut off after it was issued; a promise only where the list has to be waited for. */
function checkCutoffs(verified: CachedToken, { cutoffs, issuer }: GuardPolicy): Promise<void> | undefined {
  const current = cutoffs?.current();
  if (current === undefined) return undefined;
  if (current instanceof Promise) return current.then((list) => refuseCutOff(verified, list, issuer));
  refuseCutOff(verified, current, issuer);
  return undefined;
}

function refuseCutOff({ claims, cutoffCheck }: CachedToken, list: CutoffList, issuer: string): void {
  if (!isCutOff(cutoffCheck, list, issuer, claims)) return;
  throw new GuardError('token_cut_off', 'the token was cut off after it was issued; ask for a new one');
}

function checkAccess(given: Access, needed: Access): void {
  // From plain JavaScript: what is no access is a mistake of the API, and lets nobody in.
  if (!isAccess(needed)) throw new TypeError('access must be read or read_write');
  if (isAccessEnough(given, needed)) return;
  throw new GuardError('access_insufficient', `this call needs ${needed} access and the token has ${given}`);
}

/** Fails closed: an unexpected error refuses the call, and its text is not shown. */
function asGuardError(error: unknown): GuardError {
  if (error instanceof GuardError) return error;
  return new GuardError('guard_failed', 'the call cannot be checked at the moment', { cause: error });
}
