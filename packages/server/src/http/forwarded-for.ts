import type { FastifyRequest } from 'fastify';

const everyMilliseconds = 60_000;

/**
 * Makes a look at each request that warns, at most once a minute, of addresses which are not believed: most likely a
 * proxy that BINDERY_TRUSTED_PROXIES does not name, so that all its callers count as one network.
 */
export function createForwardingWarner(now: () => number): (request: FastifyRequest) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (request) => {
    // The list begins with the peer, and has more than the peer only where the peer is trusted.
    const isIgnored = request.headers['x-forwarded-for'] !== undefined && (request.ips?.length ?? 0) < 2;
    if (isIgnored && now() >= quietUntil) {
      quietUntil = now() + everyMilliseconds;
      request.log.warn(
        { address: request.ip },
        'X-Forwarded-For came from a peer that is not trusted and is ignored; a proxy of yours belongs into BINDERY_TRUSTED_PROXIES',
      );
    }
  };
}
