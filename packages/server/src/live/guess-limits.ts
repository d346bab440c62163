import { createHash } from 'node:crypto';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { KnownFrom } from '../actions/sign-in.ts';
import type { Config } from '../config.ts';
import { widerNetworks } from '../domain/network.ts';
import { OAuthError } from '../errors.ts';
import type { LimiterFactory, RateLimiter } from '../store/database.ts';

/** How much more than one network a /56 and a /48 around an IPv6 /64 may try, since many people may share them. */
const widerFactors = [4, 16] as const;

/** How much more all users may try in networks they signed in from before: so much that hashing is the closer limit. */
const knownNetworkFactor = 4;

/**
 * Counts failed authentications, so that guessing is slow, and nobody can lock out others: client secrets, passwords and
 * links each have counters of their own (docs/decisions/0014). A client secret is cheap to check and counted only if it
 * was wrong; a password check is expensive, so it is counted first.
 */
export class GuessLimits {
  readonly #client: RateLimiter;
  readonly #secrets: NetworkCounter;
  readonly #user: RateLimiter;
  readonly #userEverywhere: RateLimiter;
  readonly #device: RateLimiter;
  readonly #knownNetwork: RateLimiter;
  readonly #passwords: NetworkCounter;
  readonly #link: RateLimiter;
  readonly #links: NetworkCounter;

  constructor(limits: Config['limits'], create: LimiterFactory) {
    this.#client = create('client', limits.clientPerMinute, 60);
    this.#secrets = networkCounter('secret_network', limits.networkPerMinute, create);
    this.#user = create('user', limits.userPerMinute, 60);
    this.#userEverywhere = create('user_everywhere', limits.userPerHour, 3600);
    this.#device = create('device', limits.userPerMinute, 60);
    this.#knownNetwork = create('known_network', limits.networkPerMinute * knownNetworkFactor, 60);
    this.#passwords = networkCounter('password_network', limits.networkPerMinute, create);
    this.#link = create('link', limits.userPerMinute, 60);
    this.#links = networkCounter('link_network', limits.networkPerMinute, create);
  }

  /** Counts a wrong client secret; throws `too_many_requests` if there were too many. */
  async countWrongSecret(clientId: string, network: string): Promise<void> {
    await consume([...this.#secrets(network), [this.#client, keyOf(clientId, network)]]);
  }

  /** Counts a password before it is checked; throws `too_many_requests`. */
  async countPassword(email: string, network: string, knownFrom: KnownFrom): Promise<void> {
    await consume(this.#passwordCounters(email, network, knownFrom));
  }

  /** Takes back what a correct password was counted for. */
  async forgivePassword(email: string, network: string, knownFrom: KnownFrom): Promise<void> {
    await forgive(this.#passwordCounters(email, network, knownFrom));
  }

  /** Counts a use of a one-time link that costs a hash; throws `too_many_requests`. */
  async countLink(linkId: string, network: string): Promise<void> {
    await consume(this.#linkCounters(linkId, network));
  }

  /** Takes back what a link was counted for that worked. */
  async forgiveLink(linkId: string, network: string): Promise<void> {
    await forgive(this.#linkCounters(linkId, network));
  }

  #passwordCounters(email: string, network: string, knownFrom: KnownFrom): readonly Counter[] {
    if (knownFrom === 'network') {
      // The user first: guesses at one user take nothing from the others.
      return [
        [this.#user, keyOf(email, network)],
        [this.#knownNetwork, network],
      ];
    }
    if (knownFrom !== undefined) {
      return [[this.#device, keyOf(email, knownFrom.device)]];
    }
    return [...this.#passwords(network), [this.#user, keyOf(email, network)], [this.#userEverywhere, keyOf(email, '')]];
  }

  #linkCounters(linkId: string, network: string): readonly Counter[] {
    return [...this.#links(network), [this.#link, keyOf(linkId, network)]];
  }
}

type Counter = readonly [RateLimiter, string];
type NetworkCounter = (network: string) => readonly Counter[];

/** The smallest network comes first: what is refused there does not count against the neighbours in larger ones. */
function networkCounter(name: string, perMinute: number, create: LimiterFactory): NetworkCounter {
  const one = create(name, perMinute, 60);
  const wider = widerFactors.map((factor) => create(`${name}_${factor}`, perMinute * factor, 60));
  return (network) => {
    const around = widerNetworks(network);
    return [[one, network], ...wider.flatMap((limiter, i): Counter[] => (around[i] ? [[limiter, around[i]]] : []))];
  };
}

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

async function forgive(counters: readonly Counter[]): Promise<void> {
  await Promise.all(counters.map(([limiter, key]) => limiter.reward(key, 1)));
}

/** A key of bounded length from which what was sent cannot be read. */
function keyOf(name: string, network: string): string {
  return createHash('sha256').update(`${network}\n${name}`).digest('base64url');
}
