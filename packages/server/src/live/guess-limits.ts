import { createHash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config.ts';
import { OAuthError } from '../errors.ts';
import type { LimiterFactory } from '../store/database.ts';

/**
 * Counts failed authentications, so that guessing is slow and nobody can lock out a caller who knows the secret. A client
 * secret is cheap to check and counted only if it was wrong; a password check is expensive, so it is counted first.
 */
export class GuessLimits {
  readonly #client: RateLimiterAbstract;
  readonly #network: RateLimiterAbstract;
  readonly #user: RateLimiterAbstract;
  readonly #userEverywhere: RateLimiterAbstract;

  constructor(limits: Config['limits'], create: LimiterFactory) {
    this.#client = create('client', limits.clientPerMinute, 60);
    this.#network = create('network', limits.networkPerMinute, 60);
    this.#user = create('user', limits.userPerMinute, 60);
    this.#userEverywhere = create('user_everywhere', limits.userPerHour, 3600);
  }

  /** Counts a wrong client secret; throws `too_many_requests` if there were too many. */
  async countWrongSecret(clientId: string, network: string): Promise<void> {
    await consume([
      [this.#network, network],
      [this.#client, keyOf(clientId, network)],
    ]);
  }

  /** Counts a password before it is checked; throws `too_many_requests`. The hourly limit spares known networks. */
  async countPassword(email: string, network: string, isKnownNetwork: boolean): Promise<void> {
    await consume(this.#passwordCounters(email, network, isKnownNetwork));
  }

  /** Takes back what a correct password was counted for. */
  async forgivePassword(email: string, network: string, isKnownNetwork: boolean): Promise<void> {
    const counters = this.#passwordCounters(email, network, isKnownNetwork);
    await Promise.all(counters.map(([limiter, key]) => limiter.reward(key, 1)));
  }

  #passwordCounters(email: string, network: string, isKnownNetwork: boolean): Counter[] {
    return [
      [this.#network, network],
      [this.#user, keyOf(email, network)],
      ...(isKnownNetwork ? [] : [[this.#userEverywhere, keyOf(email, '')] satisfies Counter]),
    ];
  }
}

type Counter = [RateLimiterAbstract, string];

async function consume(counters: readonly Counter[]): Promise<void> {
  for (const [limiter, key] of counters) {
    try {
      await limiter.consume(key, 1);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) {
        throw new OAuthError('too_many_requests', 'too many failed attempts; try again later', {
          retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)),
        });
      }
      throw refused;
    }
  }
}

/** A key of bounded length from which what was sent cannot be read. */
function keyOf(name: string, network: string): string {
  return createHash('sha256').update(`${network}\n${name}`).digest('base64url');
}
