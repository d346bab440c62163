import { retryAfterSecondsMax } from './attempts.ts';
import { BinderyClientError } from './client-error.ts';
import type { ClientPolicy } from './options.ts';
import { createTokenRequest, type IssuedToken } from './token-request.ts';

/** Caches one token for all callers. */
export interface TokenSource {
  /** The token to send; the signal stops this caller's waiting and nothing else. */
  take(signal?: AbortSignal | null): Promise<string>;
  /** Discards exactly this token, which an API has refused; a newer one stays. */
  drop(accessToken: string): void;
}

/** Times are milliseconds since the epoch. */
interface CachedToken {
  readonly accessToken: string;
  readonly requestedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** A long `Retry-After`: nothing is sent before it has passed. */
interface Pause {
  readonly until: number;
  readonly because: BinderyClientError;
}

const renewalRetryMilliseconds = 10_000;
const pauseMillisecondsMax = 300_000;
const marginSeconds = 30;

/** Creates a source that makes one token request at a time, however many callers wait. */
export function createTokenSource(policy: ClientPolicy): TokenSource {
  const requestToken = createTokenRequest(policy);
  let cached: CachedToken | undefined;
  let pending: Promise<CachedToken> | undefined;
  let pause: Pause | undefined;
  let renewalNotBefore = 0;

  async function request(): Promise<CachedToken> {
    const requestedAt = policy.now();
    if (pause !== undefined && requestedAt < pause.until) throw stillPaused(pause, requestedAt);
    try {
      cached = cache(await requestToken(), requestedAt, policy.random());
      return cached;
    } catch (error) {
      pause = pauseOf(error, policy.now());
      renewalNotBefore = policy.now() + renewalRetryMilliseconds;
      throw error;
    }
  }

  function requestOnce(): Promise<CachedToken> {
    if (pending !== undefined) return pending;
    pending = request().finally(() => {
      pending = undefined;
    });
    // Waiting callers get the error. If none is left, or the old token is still valid, nobody needs to.
    pending.catch(() => undefined);
    return pending;
  }

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = policy.now();
      // After the clock was set back, the expiry time means nothing.
      if (cached === undefined || now >= cached.expiresAt || now < cached.requestedAt) {
        return (await untilAborted(requestOnce(), signal)).accessToken;
      }
      if (now >= cached.renewAt && now >= renewalNotBefore) void requestOnce();
      return cached.accessToken;
    },
    drop(accessToken) {
      if (cached?.accessToken === accessToken) cached = undefined;
    },
  };
}

/** Renewed after 60 to 90 % of the lifetime, at least 30 s (or half a short lifetime) before it expires. */
function cache({ accessToken, lifetimeSeconds }: IssuedToken, requestedAt: number, random: number): CachedToken {
  const latest = lifetimeSeconds - Math.min(marginSeconds, lifetimeSeconds / 2);
  const renewAfter = Math.min(lifetimeSeconds * (0.6 + 0.3 * random), latest);
  return {
    accessToken,
    requestedAt,
    renewAt: requestedAt + renewAfter * 1000,
    expiresAt: requestedAt + lifetimeSeconds * 1000,
  };
}

function pauseOf(error: unknown, now: number): Pause | undefined {
  if (!(error instanceof BinderyClientError)) return undefined;
  const seconds = error.retryAfterSeconds;
  if (seconds === undefined || seconds <= retryAfterSecondsMax) return undefined;
  return { until: now + Math.min(seconds * 1000, pauseMillisecondsMax), because: error };
}

function stillPaused({ until, because }: Pause, now: number): BinderyClientError {
  const retryAfterSeconds = Math.ceil((until - now) / 1000);
  return new BinderyClientError(because.code, `the issuer asked for no requests for another ${retryAfterSeconds} s`, {
    status: because.status,
    requestId: because.requestId,
    retryAfterSeconds,
  });
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | null | undefined): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
