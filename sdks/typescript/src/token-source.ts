import { retryAfterSecondsMax } from './attempts.ts';
import { BinderyClientError } from './client-error.ts';
import type { ClientPolicy } from './options.ts';
import { createTokenRequest, type IssuedToken } from './token-request.ts';

/** Keeps one token for all callers. */
export interface TokenSource {
  /** The token to send; the signal ends this caller's waiting and nothing else. */
  take(signal?: AbortSignal | null): Promise<string>;
  /** Forgets this very token, which an API has refused; a newer one stays. */
  drop(accessToken: string): void;
}

interface HeldToken {
  readonly accessToken: string;
  readonly askedAt: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The server's wish to be left alone. */
interface Pause {
  readonly until: number;
  readonly because: BinderyClientError;
}

const renewalPauseMilliseconds = 10_000;
const pauseMillisecondsMax = 300_000;
const marginSeconds = 30;

/** Makes a source that asks for one token at a time, however many callers wait. */
export function createTokenSource(policy: ClientPolicy): TokenSource {
  const requestToken = createTokenRequest(policy);
  let held: HeldToken | undefined;
  let pending: Promise<HeldToken> | undefined;
  let pause: Pause | undefined;
  let renewalNotBefore = 0;

  async function request(): Promise<HeldToken> {
    const askedAt = policy.now();
    if (pause !== undefined && askedAt < pause.until) throw stillPaused(pause, askedAt);
    try {
      held = hold(await requestToken(), askedAt, policy.random());
      return held;
    } catch (error) {
      pause = pauseOf(error, policy.now());
      renewalNotBefore = policy.now() + renewalPauseMilliseconds;
      throw error;
    }
  }

  function requestOnce(): Promise<HeldToken> {
    if (pending !== undefined) return pending;
    pending = request().finally(() => {
      pending = undefined;
    });
    // Those who wait get the error; when all have gone, or a token is still held, nobody has to.
    pending.catch(() => undefined);
    return pending;
  }

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = policy.now();
      // A clock that was set back says nothing about the token's end.
      if (held === undefined || now >= held.endsAt || now < held.askedAt) {
        return (await untilAborted(requestOnce(), signal)).accessToken;
      }
      if (now >= held.renewAt && now >= renewalNotBefore) void requestOnce();
      return held.accessToken;
    },
    drop(accessToken) {
      if (held?.accessToken === accessToken) held = undefined;
    },
  };
}

/** Renewed at 60 to 90 % of the life, and 30 s before its end at the latest (half the life where it is short). */
function hold({ accessToken, lifetimeSeconds }: IssuedToken, askedAt: number, random: number): HeldToken {
  const latest = lifetimeSeconds - Math.min(marginSeconds, lifetimeSeconds / 2);
  const renewAfter = Math.min(lifetimeSeconds * (0.6 + 0.3 * random), latest);
  return {
    accessToken,
    askedAt,
    renewAt: askedAt + renewAfter * 1000,
    endsAt: askedAt + lifetimeSeconds * 1000,
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
  return new BinderyClientError(because.code, `the issuer wants no request for ${retryAfterSeconds} s`, {
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
