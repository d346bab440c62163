import type { BlockList } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { parseAddress } from './address.ts';
import { isTrustedPeer } from './trusted-peers.ts';

/** Where a request comes from. */
export interface Caller {
  readonly address: string | undefined;
  /** Whether a trusted proxy wrote something that is not an address, so that `address` is the proxy's own. */
  readonly isHidden: boolean;
}

/**
 * The address a request comes from: the peer, or if that is a trusted proxy the last address in `X-Forwarded-For` that
 * is not. Each proxy appends the address it sees, so what a caller wrote there itself comes first and is not reached.
 * An entry that is not an address ends the search at the proxy that wrote it.
 */
export function findCaller(peer: string | undefined, forwardedFor: readonly string[], trusted: BlockList): Caller {
  let address = peer === undefined ? undefined : (parseAddress(peer) ?? peer);
  if (forwardedFor.length === 0) {
    return { address, isHidden: false };
  }
  for (const entry of forwardedFor.join(',').split(',').reverse()) {
    if (!isTrustedPeer(trusted, address)) {
      break;
    }
    const next = parseAddress(entry);
    if (next === undefined) {
      return { address, isHidden: true };
    }
    address = next;
  }
  return { address, isHidden: false };
}

/** Makes a function that warns once of a proxy that does not pass on its callers' addresses. */
export function createHiddenCallerWarning(): (logger: Pick<FastifyBaseLogger, 'warn'>, caller: Caller) => void {
  let hasWarned = false;
  return (logger, { address, isHidden }) => {
    if (isHidden && !hasWarned) {
      hasWarned = true;
      logger.warn(
        { address },
        'X-Forwarded-For of a trusted proxy has an entry that cannot be read as an address; such requests count as coming from the proxy itself',
      );
    }
  };
}
