import type { FastifyBaseLogger } from 'fastify';

const everyMilliseconds = 60_000;

/**
 * Makes a function that warns, at most once a minute, of a header that was ignored because its peer is not trusted:
 * most likely a proxy that is missing from BINDERY_TRUSTED_PROXIES.
 */
export function createUntrustedPeerWarning(
  header: string,
  now: () => number,
): (logger: Pick<FastifyBaseLogger, 'warn'>, peer: string | undefined) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (logger, peer) => {
    if (now() >= quietUntil) {
      quietUntil = now() + everyMilliseconds;
      logger.warn(
        { address: peer },
        `${header} from an untrusted peer is ignored; if the peer is your proxy, add it to BINDERY_TRUSTED_PROXIES`,
      );
    }
  };
}
