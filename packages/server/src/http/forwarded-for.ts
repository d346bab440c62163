import { type BlockList, isIP } from 'node:net';
import { isTrustedPeer } from './trusted-peers.ts';

/**
 * The address a request comes from: the peer, or if that is a trusted proxy the last address in `X-Forwarded-For` that
 * is not. Each proxy appends the address it sees, so what a caller wrote there itself comes first and is not reached.
 * An entry that is not an address ends the search at the proxy that wrote it.
 */
export function callerAddress(
  peer: string | undefined,
  forwardedFor: readonly string[],
  trusted: BlockList,
): string | undefined {
  let address = peer;
  if (forwardedFor.length === 0) {
    return address;
  }
  for (const entry of forwardedFor.join(',').split(',').reverse()) {
    if (!isTrustedPeer(trusted, address)) {
      return address;
    }
    const next = entry.trim();
    if (isIP(next) === 0) {
      return address;
    }
    address = next;
  }
  return address;
}
